package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class BatchSearchTest {
  private static final int ROWS_MAX = 4096;
  private static final int ENGINES = 2_000;

  /** Calls that it makes until it ends. */
  private static int run(BatchSearch search, IntToDoubleFunction nanosOfCall, Random random) {
    int calls = 0;
    while (!search.found()) {
      double nanos = nanosOfCall.applyAsDouble(search.rows());
      // Of four calls at most three are disturbed: one of five is not.
      boolean disturbed = calls % 4 != 0 && random.nextBoolean();
      search.took(search.rows(), Math.round(disturbed ? nanos * (1 + random.nextDouble()) : nanos));
      calls++;
    }
    return calls;
  }

  private static double best(IntToDoubleFunction nanosOfCall) {
    double best = Double.POSITIVE_INFINITY;
    for (int rows = 1; rows <= ROWS_MAX; rows++) {
      best = Math.min(best, nanosOfCall.applyAsDouble(rows) / rows);
    }
    return best;
  }

  @Test
  void itEndsWithinATwentiethOfTheBestWhateverACallCostsBesideItsRows() {
    for (int seed = 0; seed < ENGINES; seed++) {
      var random = new Random(seed);
      double call = Math.pow(10, 2 + 4 * random.nextDouble());
      double row = Math.pow(10, 1 + 4 * random.nextDouble());
      // Beyond what a cache holds rows are slower; it holds those of a call that is worth its cost.
      int cached = Math.max(BatchSearch.ROWS_FIRST, Integer.highestOneBit((int) (8 * call / row)));
      cached <<= random.nextInt(4);
      int most = cached;
      double slower = 1 + random.nextDouble();
      IntToDoubleFunction nanos = n -> 1e5 * (call + row * n * (n > most ? slower : 1));
      var search = new BatchSearch(ROWS_MAX);
      run(search, nanos, random);
      double found = nanos.applyAsDouble(search.rows()) / search.rows();
      assertThat(found).as("seed %d, %d rows", seed, search.rows()).isLessThan(1.05 * best(nanos));
    }
  }

  @Test
  void ofSizesThatAreAsFastTheSmallestIsTakenAfterAFewCalls() {
    var search = new BatchSearch(ROWS_MAX);
    int calls = run(search, n -> 1e6 * n, new Random(1));
    assertThat(search.rows()).isEqualTo(BatchSearch.ROWS_FIRST);
    assertThat(calls).isEqualTo(3 * BatchSearch.CALLS);
  }

  @Test
  void aCallNeverHasMoreRowsThanItMay() {
    for (int most : new int[] {1, 7, 16, 100}) {
      var search = new BatchSearch(most);
      run(search, n -> 1e9 + n, new Random(1));
      assertThat(search.rows()).isEqualTo(most);
    }
  }

  @Test
  void aCallOfOtherRowsSaysNothing() {
    var search = new BatchSearch(ROWS_MAX);
    for (int i = 0; i < 100; i++) {
      search.took(search.rows() - 1, 1);
    }
    assertThat(search.found()).isFalse();
    assertThat(search.rows()).isEqualTo(BatchSearch.ROWS_FIRST);
  }
}
