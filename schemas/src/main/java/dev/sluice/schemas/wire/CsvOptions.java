package dev.sluice.schemas.wire;

/**
 * How a file writes its table.
 *
 * @param delimiter the one character between two fields
 * @param skipLines lines before the table that are not read; the header is part of the table
 * @param comment the one character with which lines begin that are not read; empty: there are none
 */
public record CsvOptions(String delimiter, int skipLines, String comment) {
  /** RFC 4180, from the first line on. */
  public static final CsvOptions PLAIN = new CsvOptions(",", 0, "");
}
