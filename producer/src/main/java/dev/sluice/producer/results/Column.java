package dev.sluice.producer.results;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be asked for of every row. */
public enum Column {
  /** Position of the row in the data set's file, from 0 after the header. */
  ROW,
  /** Class name, or number in the label's own unit; missing where the row has no answer. */
  PREDICTION,
  /** The label, where the rows carry one. */
  LABEL,
  /** Probability of the predicted class; classification only. */
  PROBABILITY,
  /** Probability of every class; classification only. */
  PROBABILITIES,
  /** What the network gave. */
  SCORES;

  /** Columns where a job names none. */
  public static final List<Column> DEFAULT = List.of(ROW, PREDICTION, LABEL, PROBABILITY);

  /** The name in job files and results. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The column of this name; empty where there is none. */
  public static Optional<Column> of(String word) {
    return Arrays.stream(values()).filter(column -> column.word().equals(word)).findFirst();
  }
}
