package dev.sluice.jobs.dataset;

import java.util.List;

/** A line of a CSV file, taken apart. Valid until the next one is read. */
interface CsvLine {
  /** Number of fields. */
  int count();

  /** A field as it is written, without quotes. */
  String field(int index);

  /**
   * The number that a field writes, rounded to binary32 by way of binary64; NaN where only a look
   * at {@link #field} tells what it is.
   */
  float number(int index);

  /** Number of the line, from 1; of one that takes several, the first. */
  long lineNumber();

  /** All fields. */
  List<String> fields();
}
