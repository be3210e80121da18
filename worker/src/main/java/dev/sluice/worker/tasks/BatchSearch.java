package dev.sluice.worker.tasks;

/**
 * Finds how many rows are best put to a model in one call of the engine, by the calls that answer
 * rows anyway. For one thread.
 *
 * <p>Sizes double. Of each, several calls are timed, and the fastest counts, as others on the
 * machine only ever make a call slower. Doubling ends where two sizes in a row were not faster by a
 * row than the fastest so far, by more than {@link #GAIN}: what a call costs beside its rows halves
 * with each doubling, so that what is not tried any more would gain less than that together. Chosen
 * is the smallest size that is within {@link #NEAR} of the fastest: it fits caches, and the last
 * call of a task has fewer rows too few.
 */
final class BatchSearch {

  static final int ROWS_FIRST = 16;
  static final int CALLS = 5;

  /** As shares of the time of a row; together they stay below a twentieth. */
  static final double GAIN = 0.01;

  static final double NEAR = 0.02;

  private static final int SIZES_MAX = 32;
  private static final int FLAT_MAX = 2;

  private final int rowsMax;
  private final double[] nanosPerRow = new double[SIZES_MAX];
  private int size;
  private int calls;
  private int flat;
  private double fastest = Double.POSITIVE_INFINITY;
  private int chosen;

  /**
   * @param rowsMax most rows of a call
   */
  BatchSearch(int rowsMax) {
    this.rowsMax = Math.max(1, rowsMax);
    nanosPerRow[0] = Double.POSITIVE_INFINITY;
  }

  /** Rows that the next call ought to have. */
  int rows() {
    return chosen > 0 ? chosen : rows(size);
  }

  private int rows(int of) {
    return (int) Math.min(rowsMax, (long) ROWS_FIRST << of);
  }

  /** Whether it has ended. */
  boolean found() {
    return chosen > 0;
  }

  /** A call took some time. One of other than {@link #rows} rows says nothing. */
  void took(int rows, long nanos) {
    if (found() || rows != rows()) {
      return;
    }
    nanosPerRow[size] = Math.min(nanosPerRow[size], (double) nanos / rows);
    calls++;
    if (calls == CALLS) {
      goOn();
    }
  }

  private void goOn() {
    flat = nanosPerRow[size] < fastest * (1 - GAIN) ? 0 : flat + 1;
    fastest = Math.min(fastest, nanosPerRow[size]);
    if (flat < FLAT_MAX && rows(size) < rowsMax && size + 1 < SIZES_MAX) {
      size++;
      calls = 0;
      nanosPerRow[size] = Double.POSITIVE_INFINITY;
      return;
    }
    int smallest = 0;
    while (nanosPerRow[smallest] > fastest * (1 + NEAR)) {
      smallest++;
    }
    chosen = rows(smallest);
  }
}
