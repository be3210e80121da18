package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How many steps a round of terms has. */
final class RoundLengthTest {

  private static final int STEPS = 1_000_000;
  private static final int WORKERS = 2;
  private static final int STEP_MS = 10;

  /** As many as take {@code term-ms}. */
  private static final int STEPS_OF_A_ROUND = LedgerLimits.DEFAULT.termMs() / STEP_MS;

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private long nowMs = 1_000;

  @Test
  void roundsThatWaitInTheLaneForLongerThanTheyTakeKeepTheirLength() {
    running();
    for (int round = 1; round <= 20; round++) {
      round(5_000, 300);
    }
    assertThat(length()).isEqualTo(STEPS_OF_A_ROUND);
  }

  @Test
  void stepsThatBecomeSlowMakeThemShorterAndFastOnesLongerByAFactorAtMost() {
    running();
    for (int round = 1; round <= 5; round++) {
      round(0, 0);
    }
    assertThat(length()).isEqualTo(STEPS_OF_A_ROUND);

    workFor(length(), STEP_MS * 20L);
    assertThat(length()).isEqualTo(STEPS_OF_A_ROUND / 2);
    for (int round = 1; round <= 5; round++) {
      workFor(length(), STEP_MS * 20L);
    }
    assertThat(length()).isEqualTo(STEPS_OF_A_ROUND / 20);

    workFor(length(), 0);
    assertThat(length()).isLessThanOrEqualTo(STEPS_OF_A_ROUND / 20 * 8L);
  }

  @Test
  void aRoundIsAtMostEightTimesAsLongAsTheOneBeforeHoweverManyStepsThereWere() {
    running();
    assertThat(length()).isEqualTo(8);
    workFor(length(), 0);
    assertThat(length()).isEqualTo(8 * 8);
    workFor(length(), 0);
    assertThat(length()).isEqualTo(8 * 8 * 8);
  }

  /** Workers that fold for themselves don't wait for it, and its log would grow. */
  @Test
  void roundsDontGetFarAheadOfTheFold() {
    running();
    long to = 0;
    for (int round = 1; round <= 20 && !open().isEmpty(); round++) {
      var terms = terms();
      to = terms.getFirst().toStep();
      report(terms, to);
    }
    assertThat(open()).isEmpty();
    assertThat(to).isLessThan(1_000);

    folded(to - 1);
    assertThat(terms().getFirst().fromStep()).isEqualTo(to);
  }

  @Test
  void aTermOfAnOlderRoundThatEndsLastBringsTheNext() {
    running();
    var old = terms().getLast();
    long to = old.toStep();
    report(List.of(terms().getFirst()), to);
    for (int round = 1; round <= 20 && !terms().equals(List.of(old)); round++) {
      to = terms().getFirst().toStep();
      report(terms(), to);
    }
    assertThat(open()).containsExactly(old);

    folded(to - 1); // the last that is heard of it: nothing more comes before the next round
    assertThat(open()).containsExactly(old);
    report(List.of(old), old.toStep());
    assertThat(terms().getFirst().fromStep()).isEqualTo(to);
  }

  @Test
  void aRoundThatAFaultHoldsUpLeavesTheNextOnesLong() {
    running();
    for (int round = 1; round <= 5; round++) {
      round(0, 0);
    }
    workFor(1, 20_000);
    assertThat(length()).isEqualTo(STEPS_OF_A_ROUND / 2);
    round(0, 0);
    round(0, 0);
    assertThat(length()).isEqualTo(STEPS_OF_A_ROUND);
  }

  @Test
  void whoIsBegunAgainInTheMiddleCountsFromTheFirstTime() {
    running();
    round(0, 0);
    var terms = terms();
    begin(terms.get(0), "w0");
    begin(terms.get(1), "w1");
    nowMs += 400;
    begin(terms.get(1), "w2");
    nowMs += 100;
    long to = terms.getFirst().toStep();
    decide(new TermNearlyDone("j", terms.getFirst().round(), to));
    assertThat(stepsPerSecond()).isEqualTo((to - terms.getFirst().fromStep()) * 1000.0 / 500);
  }

  /** All terms of the round wait in the lane, the last one for longer, and then work. */
  private void round(long waitMs, long lastWaitMs) {
    nowMs += waitMs;
    var terms = terms();
    begin(terms.get(0), "w0");
    nowMs += lastWaitMs;
    begin(terms.get(1), "w1");
    finish(terms, (terms.getFirst().toStep() - terms.getFirst().fromStep()) * STEP_MS);
  }

  private void workFor(long steps, long stepMs) {
    var terms = terms();
    begin(terms.get(0), "w0");
    begin(terms.get(1), "w1");
    finish(terms, Math.max(1, steps * stepMs));
  }

  private void finish(List<OpenTask> terms, long workMs) {
    nowMs += workMs;
    long to = terms.getFirst().toStep();
    folded(to);
    report(terms, to);
  }

  private void report(List<OpenTask> terms, long reached) {
    for (var term : terms) {
      var outcome = new TermFinished(reached, 1, 1, 1, null);
      decide(new TaskReported("j", term.taskId(), 1, "w", Specs.ENGINE, outcome, ""));
    }
  }

  private void folded(long generation) {
    decide(new FoldProgressed("j", generation, 0.1, 16 * generation, null, -1, -1));
  }

  private void running() {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    decide(new Submitted("j", "", Specs.training(STEPS, WORKERS, null)));
    decide(new TaskReported("j", "prepare", 1, "w0", Specs.ENGINE, Specs.prepared(STEPS, 9), ""));
  }

  private void begin(OpenTask term, String worker) {
    decide(new AttemptStarted("j", term.taskId(), 1, worker, 1, ""));
  }

  private List<OpenTask> open() {
    return Objects.requireNonNull(state.job("j")).open();
  }

  /** The newest round's. */
  private List<OpenTask> terms() {
    var open = open();
    long newest = open.stream().mapToLong(OpenTask::round).max().orElseThrow();
    return open.stream().filter(term -> term.round() == newest).toList();
  }

  private long length() {
    var term = terms().getFirst();
    return term.toStep() - term.fromStep();
  }

  private double stepsPerSecond() {
    var training = Objects.requireNonNull(state.job("j")).training();
    return Objects.requireNonNull(training).stepsPerSecond();
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs, Specs.fleet(WORKERS)));
    state.apply(decision);
  }
}
