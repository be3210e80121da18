package dev.sluice.jobs.dataset;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Some rows of a data set, in the order of their file: its training rows, its held-out rows, or
 * all. Immutable.
 */
public final class RowSet {
  /** Class id of a row whose label is missing or names no class that the model knows. */
  public static final int UNKNOWN = -1;

  private final Prepared source;
  private final int[] positions;

  /**
   * The rows of one file, ready for an engine.
   *
   * @param inputs inputs of a row
   * @param raw inputs before they are scaled, row-major
   * @param scaled feature values as the network takes them, row-major; the same array where nothing
   *     is scaled
   * @param classIds class of each row; empty for regression and where rows carry no label
   * @param outOfRange rows that hold a feature which binary32 can't hold, as read or scaled
   * @param targets scaled label of each row; empty for classification and where rows carry no label
   */
  @SuppressWarnings("ArrayRecordComponent") // shared by row sets, never changed
  record Prepared(
      Table table,
      int inputs,
      float[] raw,
      float[] scaled,
      BitSet outOfRange,
      int[] classIds,
      float[] targets,
      List<String> classes) {}

  RowSet(Prepared source, int[] positions) {
    this.source = source;
    this.positions = positions;
  }

  /** Number of rows. */
  public int size() {
    return positions.length;
  }

  /** Position of a row in its file, from 0 after the header. */
  public long fileRow(int row) {
    return positions[row];
  }

  /** Copies a row's scaled features, as the network takes them, to {@code into[at ..]}. */
  public void copyFeatures(int row, float[] into, int at) {
    copy(source.scaled, row, into, at);
  }

  /** Copies a row's features as they stand in the file, in binary32, to {@code into[at ..]}. */
  public void copyRawFeatures(int row, float[] into, int at) {
    copy(source.raw, row, into, at);
  }

  /**
   * Whether the row can be answered: each input is a number that binary32 holds, as read and as
   * scaled, every missing value has a replacement, and the model knows every category. All inputs
   * of other rows are given as 0. Training rows are all usable.
   */
  public boolean usable(int row) {
    return !source.outOfRange.get(positions[row]);
  }

  /** Whether the row carries a label. */
  public boolean labelled(int row) {
    int position = positions[row];
    return switch (source.table.labels()) {
      case Table.Labels.None() -> false;
      case Table.Labels.Names names -> names.codes()[position] >= 0;
      case Table.Labels.Numbers numbers -> !numbers.texts().isEmpty(position);
    };
  }

  /** Whether an answer can be compared with the row's label. */
  public boolean labelKnown(int row) {
    return source.classIds.length > 0 ? classId(row) != UNKNOWN : !Double.isNaN(rawTarget(row));
  }

  /** Class of a row: an index into the data set's classes, or {@link #UNKNOWN}. */
  public int classId(int row) {
    return source.classIds.length == 0 ? UNKNOWN : source.classIds[positions[row]];
  }

  /** Scaled label of a row of a regression; NaN where it carries none. */
  public float target(int row) {
    return source.targets.length == 0 ? Float.NaN : source.targets[positions[row]];
  }

  /** Label of a row of a regression in its own unit; NaN where it carries none that is known. */
  public double rawTarget(int row) {
    return source.table.labels() instanceof Table.Labels.Numbers numbers
        ? numbers.values()[positions[row]]
        : Double.NaN;
  }

  /**
   * Label of a row: the name of its class where the model knows it, else as it is written; empty
   * where it carries none.
   */
  public String labelText(int row) {
    int position = positions[row];
    return switch (source.table.labels()) {
      case Table.Labels.None() -> "";
      case Table.Labels.Names names ->
          classId(row) != UNKNOWN
              ? source.classes.get(classId(row))
              : names.codes()[position] < 0 ? "" : names.texts().get(names.codes()[position]);
      case Table.Labels.Numbers numbers -> numbers.texts().get(position);
    };
  }

  /** Number of rows that carry a label. */
  public long countLabelled() {
    long count = 0;
    for (int row = 0; row < size(); row++) {
      count += labelled(row) ? 1 : 0;
    }
    return count;
  }

  private void copy(float[] from, int row, float[] into, int at) {
    int features = source.inputs;
    if (!usable(row)) {
      Arrays.fill(into, at, at + features, 0);
      return;
    }
    System.arraycopy(from, positions[row] * features, into, at, features);
  }
}
