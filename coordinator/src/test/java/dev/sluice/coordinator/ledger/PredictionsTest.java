package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.RowAnswers;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.Unplaceable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Jobs that have their rows themselves, from their submission to their end. */
class PredictionsTest {

  private static final String ROWS = "[[1,2,3,4]]";
  private static final ModelVersion MODEL =
      Specs.model("m", "trainer", 9).numbered(1, 5).under("m");
  private static final Cause WHY = new Cause(Code.ENGINE_FAILED, "", "It failed.", "", "");

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private LedgerState state = new LedgerState();

  /** As the topic of states has it. */
  private final Map<String, StoredState> stored = new TreeMap<>();

  /** What {@code sluice.jobs} has, by offset. */
  private final Map<Long, PredictionSpec> log = new HashMap<>();

  private Fleet fleet = Specs.fleet(1);
  private PublishedModels models =
      (name, version) ->
          name.equals("m") && List.of("1", "latest").contains(version)
              ? new PublishedModels.Published(MODEL, 17)
              : null;
  private long nowMs = 1_000;
  private long offset = 100;

  PredictionsTest() {
    var lane = new Lane("cpu", "host-cpu", 0, 9);
    stored.put("lane/cpu", lane);
    state.apply(lane);
  }

  @Test
  void whereItsVersionIsKnownItIsOneTaskAndOneSmallState() {
    var decision = submit("j");

    assertThat(decision.facts()).isEmpty();
    assertThat(decision.changes()).containsOnlyKeys("j");
    var open = open("j");
    assertThat(open.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(open.offset()).isEqualTo(100);
    assertThat(((PredictionSpec) open.spec().work()).rows().hasRemaining()).isFalse();
    assertThat(decision.effects())
        .singleElement()
        .asInstanceOf(type(Effect.Dispatch.class))
        .satisfies(
            dispatch -> {
              assertThat(dispatch.queue()).isEqualTo("cpu.rows");
              assertThat(dispatch.task().action())
                  .isEqualTo(new Predict("m", 1, 17, utf8(ROWS), List.of()));
            });
  }

  @Test
  void itsAnswersAreItsEndWithWhichItLeaves() {
    submit("j");
    nowMs = 2_000;
    var decision = report("j", 1, predicted());

    assertThat(decision.removals()).containsExactly("j");
    assertThat(decision.changes()).isEmpty();
    var ended = ended(decision, "j");
    assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(ended.predicted()).isEqualTo(predicted());
    assertThat(ended.submittedMs()).isEqualTo(1_000);
    assertThat(ended.finishedMs()).isEqualTo(2_000);
    assertThat(ended.version()).isEqualTo(1);
    assertThat(ended.worker()).isEqualTo("w");
    assertThat(state.prediction("j")).isNull();

    // Neither a late report nor the same submission begins anything, now and after a takeover.
    assertNothing(report("j", 1, predicted()));
    assertNothing(submit("j"));
    remember();
    takeOver();
    assertNothing(submit("j"));
    assertThat(state.past().size()).isEqualTo(1);
  }

  @Test
  void whereItsVersionIsNotKnownTheOwnerIsAskedAndTheRowsAreReadAgain() {
    models = PublishedModels.NONE;
    var asked = submit("j");
    assertThat(asked.effects())
        .containsExactly(new Effect.Tell("m", new ResolveModel("m", "j", "latest")));
    assertThat(open("j").status()).isEqualTo(JobStatus.RESOLVING);

    takeOver();
    var resolved = decide(new ModelResolved("j", MODEL, null));
    assertThat(dispatched(resolved))
        .isEqualTo(new Predict("m", 1, Predict.UNKNOWN, utf8(ROWS), List.of()));
    assertThat(open("j").version()).isEqualTo(1);
  }

  @Test
  void aModelThatDoesNotExistFailsIt() {
    models = PublishedModels.NONE;
    submit("j");
    assertThat(ended(decide(new ModelResolved("j", null, WHY)), "j").cause()).isEqualTo(WHY);
  }

  @Test
  void anotherVersionThanItAsksForIsNoAnswer() {
    models = PublishedModels.NONE;
    submit("j");
    var decision = decide(new ModelResolved("j", Specs.model("other", "t", 9), null));
    assertThat(decision.effects()).singleElement().isInstanceOf(Effect.Bury.class);
    assertThat(open("j").status()).isEqualTo(JobStatus.RESOLVING);
  }

  @Test
  void withoutRowsItIsRefusedAndLeavesNoState() {
    var decision = submit("j", spec("", Unplaceable.REFUSE, List.of()));
    assertThat(decision.changes()).isEmpty();
    assertThat(ended(decision, "j").status()).isEqualTo(JobStatus.REFUSED);
    assertThat(cause(decision).code()).isEqualTo(Code.NO_ROWS);
    assertNothing(submit("j"));
  }

  @Test
  void withoutALaneItIsRefusedWithTheReasons() {
    var decision = submit("j", spec(ROWS, Unplaceable.REFUSE, List.of("gpu")));
    assertThat(ended(decision, "j").status()).isEqualTo(JobStatus.REFUSED);
    assertThat(cause(decision).code()).isEqualTo(Code.NO_LANE);
  }

  @Test
  void heldItGoesOnWhenALaneIsThere() {
    submit("j", spec(ROWS, Unplaceable.HOLD, List.of("gpu")));
    assertThat(open("j").status()).isEqualTo(JobStatus.HELD);
    assertThat(stalled()).isEmpty();

    takeOver();
    state.apply(new Lane("gpu", "host-cpu", 0, 9));
    var due = stalled();
    assertThat(due).hasSize(1);
    assertThat(dispatched(decide(due.getFirst())).rows()).isEqualTo(utf8(ROWS));
    assertThat(open("j").lane()).isEqualTo("gpu");
  }

  @Test
  void aFailureThatMayPassIsTriedAgainAndThenEndsItWithALetter() {
    submit("j");
    for (int attempt = 1; attempt < LedgerLimits.DEFAULT.attemptsMax(); attempt++) {
      assertThat(dispatched(report("j", attempt, new TaskFailed(WHY, true))).rows())
          .isEqualTo(utf8(ROWS));
      assertThat(open("j").attempt()).isEqualTo(attempt + 1);
      assertNothing(report("j", attempt, new TaskFailed(WHY, true))); // the earlier one, again
    }
    var last = report("j", LedgerLimits.DEFAULT.attemptsMax(), new TaskFailed(WHY, true));
    assertThat(ended(last, "j").cause()).isEqualTo(WHY);
    assertThat(last.effects()).singleElement().isInstanceOf(Effect.Bury.class);
  }

  @Test
  void aFailureThatStaysEndsItAtOnce() {
    submit("j");
    var decision = report("j", 1, new TaskFailed(WHY, false));
    assertThat(ended(decision, "j").status()).isEqualTo(JobStatus.FAILED);
    assertThat(decision.effects()).isEmpty();
  }

  @Test
  void rowsThatAreThereNoMoreFailIt() {
    submit("j");
    log.clear();
    var decision = report("j", 1, new TaskFailed(WHY, true));
    assertThat(cause(decision).code()).isEqualTo(Code.FACTS_LOST);
    assertThat(decision.changes()).isEmpty();
    assertThat(state.prediction("j")).isNull();
  }

  @Test
  void whatNoWorkerWouldSayChangesNothing() {
    submit("j");
    var scores = ByteBuffer.allocate(8);
    for (var lie :
        List.of(
            new TermFinished(1, 1, 1, 1, null),
            new Predicted(new RowAnswers(List.of("a"), List.of(), 3, scores), 1, null),
            new Predicted(new RowAnswers(List.of("a"), List.of(0.5, 0.5), 2, scores), 1, null),
            new Predicted(new RowAnswers(List.of("a"), List.of(), 2, scores), Double.NaN, null))) {
      assertThat(report("j", 1, lie).effects()).singleElement().isInstanceOf(Effect.Bury.class);
      assertThat(open("j").status()).isEqualTo(JobStatus.RUNNING);
    }
  }

  @Test
  void whatNoLedgerHasWrittenIsNotGoneOnFrom() {
    submit("j");
    var job = open("j");
    for (var forged :
        List.of(
            forged(job, job.spec(), JobStatus.SUCCEEDED, "cpu", 1),
            forged(job, job.spec(), JobStatus.RUNNING, "", 1),
            forged(job, job.spec(), JobStatus.RUNNING, "a/b", 1),
            forged(job, job.spec(), JobStatus.RUNNING, "cpu", Integer.MAX_VALUE),
            forged(job, Specs.training(1, 1, null), JobStatus.HELD, "", 0))) {
      assertThat(forged.isSound()).isFalse();
      var taken = new LedgerState();
      taken.apply(forged);
      assertThat(taken.predictions()).isEmpty();
    }
    assertThat(job.isSound()).isTrue();
  }

  private static OpenPrediction forged(
      OpenPrediction job, JobSpec spec, JobStatus status, String lane, int attempt) {
    return new OpenPrediction(
        job.jobId(),
        job.bodyDigest(),
        spec,
        status,
        job.submittedMs(),
        job.updatedMs(),
        job.offset(),
        job.version(),
        lane,
        attempt,
        null);
  }

  @Test
  void itCanBeCancelled() {
    submit("j");
    var decision = decide(new CancelRequested("j", "why"));
    assertThat(ended(decision, "j").status()).isEqualTo(JobStatus.CANCELLED);
    assertNothing(report("j", 1, predicted()));
  }

  @Test
  void itGoesWhereWorkersAreOnceItsOwnLaneHasNone() {
    submit("j");
    state.apply(new Lane("cpu2", "host-cpu", 0, 9));
    fleet = Fleet.of(List.of(Specs.worker("w", "cpu2", 0)));
    assertThat(stalled()).isEmpty();
    nowMs += Stalls.STRANDED_MS;

    var due = stalled();
    assertThat(due).containsExactly(new DeadlineReached("j", Predictions.TASK, 1));
    decide(due.getFirst());
    assertThat(open("j").lane()).isEqualTo("cpu2");
    assertThat(open("j").attempt()).isEqualTo(2);
    assertNothing(decide(due.getFirst()));
  }

  @Test
  void aTaskThatNobodyHasAnyMoreIsDispatchedAgainAndInTheEndGivenUp() {
    submit("j");
    fleet = fleet.waiting(Map.of("cpu", 3L));
    nowMs += LedgerLimits.DEFAULT.queueMs();
    assertThat(stalled()).as("it may still wait in its lane").isEmpty();
    submit("later");
    report("later", 1, predicted());

    for (int attempt = 1; attempt < LedgerLimits.DEFAULT.attemptsMax(); attempt++) {
      var due = stalled();
      assertThat(due).hasSize(1);
      decide(due.getFirst());
      assertThat(open("j").attempt()).isEqualTo(attempt + 1);
      nowMs += LedgerLimits.DEFAULT.queueMs();
      fleet = fleet.waiting(Map.of("cpu", 0L));
    }
    var last = decide(stalled().getFirst());
    assertThat(cause(last).code()).isEqualTo(Code.NOT_REPORTED);
  }

  // ---- what it is done with

  private Decision submit(String jobId) {
    return submit(jobId, spec(ROWS, Unplaceable.REFUSE, List.of()));
  }

  private Decision submit(String jobId, JobSpec spec) {
    log.put(offset, (PredictionSpec) spec.work());
    return decide(new Submitted(jobId, "", spec));
  }

  private Decision report(String jobId, int attempt, Outcome outcome) {
    return decide(
        new TaskReported(jobId, Predictions.TASK, attempt, "w", Specs.ENGINE, outcome, ""));
  }

  private Decision decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs, offset++, fleet, models));
    decision.dispatchAgain(nowMs, job -> log.get(job.offset()));
    stored.putAll(decision.changes());
    decision.removals().forEach(stored::remove);
    state.apply(decision);
    return decision;
  }

  private List<DeadlineReached> stalled() {
    return ledger.stalled(state, new Moment(nowMs, -1, fleet, models));
  }

  private void remember() {
    List<EndedJobs> remembered = state.endedAndGone(0);
    state.goneWith(remembered);
    remembered.forEach(record -> stored.put("ended", record));
  }

  private void takeOver() {
    state = new LedgerState();
    stored.values().forEach(state::apply);
    assertThat(state.loaded()).isEmpty();
  }

  private OpenPrediction open(String jobId) {
    return Objects.requireNonNull(state.prediction(jobId));
  }

  private static Predict dispatched(Decision decision) {
    var dispatch = (Effect.Dispatch) decision.effects().getLast();
    return (Predict) dispatch.task().action();
  }

  private static EndedPrediction ended(Decision decision, String jobId) {
    return Objects.requireNonNull(decision.predictions().get(jobId));
  }

  private static Cause cause(Decision decision) {
    @Nullable Cause cause = decision.predictions().values().iterator().next().cause();
    return Objects.requireNonNull(cause);
  }

  private static void assertNothing(Decision decision) {
    assertThat(decision.changes()).isEmpty();
    assertThat(decision.removals()).isEmpty();
    assertThat(decision.predictions()).isEmpty();
    assertThat(decision.effects()).isEmpty();
  }

  private static Predicted predicted() {
    return new Predicted(
        new RowAnswers(List.of("a"), List.of(0.5), 2, ByteBuffer.allocate(8)), 1.5, null);
  }

  private static JobSpec spec(String rows, Unplaceable unplaceable, List<String> lanes) {
    return new JobSpec(
        "default",
        "",
        Priority.NORMAL,
        lanes,
        unplaceable,
        new PredictionSpec("m", "latest", utf8(rows), List.of()),
        PlacementWishes.NONE);
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
