package dev.sluice.worker.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TermFinished;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskTimesTest {

  private static final long SECOND = 1_000_000_000;

  private final TaskTimes times = new TaskTimes();

  private static Outcome done(@Nullable Modelled modelled) {
    return new TermFinished(1, 1, 1, 1, modelled);
  }

  private void task(long seconds, Outcome outcome) {
    times.began("key", 5 * SECOND);
    times.ended("key", outcome, (5 + seconds) * SECOND);
  }

  @Test
  void nothingIsSaidBeforeATaskHasEnded() {
    times.began("key", 0);
    assertThat(times.meanSeconds()).isZero();
  }

  @Test
  void measuredTasksCountWithTheirTimeOnThisWorkerAndModelledOnesWithTheirs() {
    task(4, done(null));
    assertThat(times.meanSeconds()).isCloseTo(4, within(1e-9));
    task(1000, done(new Modelled(2, null)));
    assertThat(times.meanSeconds()).isCloseTo(3, within(1e-9));
  }

  @Test
  void tasksThatFailedOrWereTakenAwayDoNotCount() {
    var cause = new Cause(Code.INVALID_VALUE, "", "No.", "", "");
    task(1, new TaskFailed(cause, false));
    times.began("other", 0);
    times.forget("other");
    times.ended("other", done(null), SECOND);
    assertThat(times.meanSeconds()).isZero();
  }

  @Test
  void onlyTheLastSixteenCount() {
    task(100, done(null));
    for (int i = 0; i < 16; i++) {
      task(2, done(null));
    }
    assertThat(times.meanSeconds()).isCloseTo(2, within(1e-9));
  }
}
