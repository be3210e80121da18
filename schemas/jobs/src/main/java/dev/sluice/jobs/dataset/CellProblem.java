package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;

/**
 * Why a cell can't be used. Whatever a column holds instead of numbers: what is wrong with it and
 * how to mend it is alike.
 */
record CellProblem(Code code, String what, String why, String mend) {
  private static final int SHOWN_CHARS_MAX = 40;

  /** Where a cell stands, which decides how it can be mended. */
  enum Source {
    /** A file to train on. */
    TRAINING(
        "Fill it in, leave the column out of dataset.features, or set dataset.missing to drop,"
            + " mean, median or most-frequent."),
    /** A file to be answered. */
    FILE("Fill it in, leave the column out of dataset.features, or set dataset.missing to drop."),
    /** Rows that a job has itself. */
    ROWS("Give a value; where rows may lack one, train the model with dataset.missing.");

    private final String fillIn;

    Source(String fillIn) {
      this.fillIn = fillIn;
    }
  }

  /** What is wrong with a cell that is no value of its column. */
  static CellProblem of(Cells.Cell cell, String field, Source source) {
    String finite = "Networks compute with finite numbers only.";
    boolean rows = source == Source.ROWS;
    if (cell == Cells.Cell.MIXED) {
      return new CellProblem(
          Code.NOT_A_NUMBER,
          "'" + shortened(field) + "' is of another kind than the values before it.",
          "A column holds numbers, or truth values (true, false, yes, no).",
          rows
              ? "Give what the model was trained on."
              : "Write all of the column alike, or list it in dataset.categorical.");
    }
    if (cell == Cells.Cell.TOO_MANY) {
      return new CellProblem(
          Code.TOO_MANY,
          "This is one category more than " + DatasetLimits.CATEGORIES_MAX + ".",
          "Each category is one input of the network.",
          "Leave the column out of the features, or group its categories.");
    }
    if (field.isBlank()) {
      return new CellProblem(Code.MISSING_VALUE, "The value is missing.", finite, source.fillIn);
    }
    boolean missing = cell == Cells.Cell.MISSING;
    String replace =
        rows
            ? source.fillIn
            : "Replace it by a number; where it stands for a missing value, set dataset.missing.";
    if (Numerals.isNotFinite(field)) {
      return new CellProblem(
          missing ? Code.MISSING_VALUE : Code.NOT_FINITE,
          "'" + field.strip() + "' is not a finite number.",
          finite,
          replace);
    }
    if (Numerals.isDecimal(field)) {
      return new CellProblem(
          Code.NOT_FINITE,
          shortened(field) + " is too large for a 32-bit floating-point number.",
          finite,
          "Use another unit, so that values stay below 3.4e38.");
    }
    String written = "Write it as a number such as -0.5 or 1e-3";
    return new CellProblem(
        missing ? Code.MISSING_VALUE : Code.NOT_A_NUMBER,
        "'" + shortened(field) + "' is not a number.",
        finite,
        missing
            ? replace
            : rows
                ? written + "."
                : written
                    + ", list the column in dataset.categorical, or leave it out of the features.");
  }

  /** The same as a cause. */
  Cause at(String where) {
    return new Cause(code, where, what, why, mend);
  }

  /** A field as messages show it. */
  static String shortened(String field) {
    String stripped = field.strip();
    return stripped.length() <= SHOWN_CHARS_MAX
        ? stripped
        : stripped.substring(0, SHOWN_CHARS_MAX) + "...";
  }
}
