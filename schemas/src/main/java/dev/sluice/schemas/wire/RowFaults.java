package dev.sluice.schemas.wire;

/**
 * Rows that were not answered, or whose label the answer can't be held against.
 *
 * @param unknownLabels rows that carry a label which names no class of the model, or a number that
 *     can't be computed with
 * @param notFinite rows that got no answer, because they or what the network makes of them are
 *     beyond the range of 32-bit floating-point numbers
 * @param firstNotFinite position in the data set's file of the first of these; -1: there is none
 */
public record RowFaults(long unknownLabels, long notFinite, long firstNotFinite) {

  /** No such row. */
  public static final RowFaults NONE = new RowFaults(0, 0, -1);

  /** One more row whose label is not known. */
  public RowFaults withUnknownLabel() {
    return new RowFaults(unknownLabels + 1, notFinite, firstNotFinite);
  }

  /** One more row without an answer. */
  public RowFaults withNotFinite(long fileRow) {
    return plus(new RowFaults(0, 1, fileRow));
  }

  /** Those of both. */
  public RowFaults plus(RowFaults other) {
    long first =
        notFinite == 0 || other.notFinite == 0
            ? Math.max(firstNotFinite, other.firstNotFinite)
            : Math.min(firstNotFinite, other.firstNotFinite);
    return new RowFaults(unknownLabels + other.unknownLabels, notFinite + other.notFinite, first);
  }
}
