package dev.sluice.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PatienceTest {

  private static final long LEAST_MS = 150;

  private final Patience patience = new Patience(LEAST_MS, 0);

  @Test
  void beforeTheFirstStepTheShortestWaitCounts() {
    assertThat(patience.exhausted(149)).isFalse();
    assertThat(patience.exhausted(150)).isTrue();
  }

  @Test
  void shortStepsAreWaitedForAsLongAsThat() {
    for (long now = 5; now <= 100; now += 5) {
      patience.moved(now);
    }
    assertThat(patience.exhausted(100 + 149)).isFalse();
    assertThat(patience.exhausted(100 + 150)).isTrue();
  }

  @Test
  void longStepsAreWaitedForLonger() {
    for (long now = 1_000; now <= 10_000; now += 1_000) {
      patience.moved(now);
    }
    assertThat(patience.exhausted(10_000 + 3_999)).isFalse();
    assertThat(patience.exhausted(10_000 + 4_000)).isTrue();
  }

  @Test
  void oneLongWaitDoesNotMakeTheNextLonger() {
    long now = 0;
    for (int step = 0; step < 8; step++) {
      now += 10;
      patience.moved(now);
    }
    now += 30_000;
    patience.moved(now);
    assertThat(patience.exhausted(now + 150)).isTrue();
  }

  @Test
  void aWorkerThatHasBecomeSlowIsNotWaitedForLongerAfterSomeSlowSteps() {
    long now = 0;
    for (int step = 0; step < 20; step++) {
      now += step < 14 ? 100 : 10_000;
      patience.moved(now);
    }
    assertThat(patience.exhausted(now + 400)).isTrue();
  }

  @Test
  void whoHasHelpedWithAStepThatStalledWaitsShortlyUntilItMoves() {
    patience.moved(100);
    patience.helped(300);
    assertThat(patience.exhausted(300 + 29)).isFalse();
    assertThat(patience.exhausted(300 + 80)).isTrue();
    patience.moved(400);
    assertThat(patience.exhausted(400 + 149)).isFalse();
  }

  @Test
  void timeWithoutAnyTermDoesNotCount() {
    patience.restarted(5_000);
    assertThat(patience.exhausted(5_149)).isFalse();
  }
}
