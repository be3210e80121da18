package dev.sluice.schemas.wire;

/**
 * Rows that were not answered, or whose label the answer can't be held against.
 *
 * @param unknownLabels rows that carry a label which names no class of the model, or a number that
 *     can't be computed with
 * @param unanswered rows that got no answer: they or what the network makes of them are beyond the
 *     range of 32-bit floating-point numbers, a value is missing that nothing stands for, or a
 *     category is none that the model knows
 * @param firstUnanswered position in the data set's file of the first of these; -1: there is none
 */
public record RowFaults(long unknownLabels, long unanswered, long firstUnanswered) {

  /** No such row. */
  public static final RowFaults NONE = new RowFaults(0, 0, -1);

  /** One more row whose label is not known. */
  public RowFaults withUnknownLabel() {
    return new RowFaults(unknownLabels + 1, unanswered, firstUnanswered);
  }

  /** One more row without an answer. */
  public RowFaults withUnanswered(long fileRow) {
    return plus(new RowFaults(0, 1, fileRow));
  }

  /** Those of both. */
  public RowFaults plus(RowFaults other) {
    long first =
        unanswered == 0 || other.unanswered == 0
            ? Math.max(firstUnanswered, other.firstUnanswered)
            : Math.min(firstUnanswered, other.firstUnanswered);
    return new RowFaults(unknownLabels + other.unknownLabels, unanswered + other.unanswered, first);
  }
}
