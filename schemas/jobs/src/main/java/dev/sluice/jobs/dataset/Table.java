package dev.sluice.jobs.dataset;

import java.util.BitSet;
import java.util.List;

/**
 * The columns of one file that a job uses, as read: nothing split, nothing scaled.
 *
 * @param columns which columns these are
 * @param rows number of data rows
 * @param values features as {@link Cells} gives them, row-major, rows x features; NaN where there
 *     is none
 * @param cells what the columns hold
 * @param outOfRange rows that hold a feature beyond binary32, or a category that the model does not
 *     know; none in training
 * @param withoutValue rows that lack a feature, or in training the label
 * @param labels the label of each row; none where the file carries no labels
 */
@SuppressWarnings("ArrayRecordComponent") // handed over by the reader and never changed
record Table(
    Columns columns,
    int rows,
    float[] values,
    Cells cells,
    BitSet outOfRange,
    BitSet withoutValue,
    Labels labels) {
  /** Feature columns. */
  int features() {
    return columns.features().size();
  }

  /** The label of each row, in the form that the target needs. */
  sealed interface Labels {
    /** The file has no label column. */
    record None() implements Labels {}

    /**
     * Labels that name classes.
     *
     * @param codes index into texts for each row; -1: the row carries no label
     * @param texts every different label, as written, in order of appearance
     */
    record Names(int[] codes, List<String> texts) implements Labels {}

    /**
     * Labels that are numbers.
     *
     * @param values one for each row; NaN: the row carries no label, or one beyond binary32
     * @param texts the same as written; empty: the row carries no label
     */
    record Numbers(double[] values, Texts texts) implements Labels {}
  }
}
