package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ReservePlace;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TrainingPrepared;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Whatever is written of a job, only what can be true of it is decided on. */
class CredibleTest {

  private static final String JOB = "j";
  private static final String OTHER = "other";
  private static final long STEPS = 8;
  private static final long ROWS = 100;
  private static final Cause CAUSE = new Cause(Code.OUT_OF_MEMORY, "", "No memory.", "", "");

  private static final JobSpec TRAINING = Specs.training(STEPS, 4, "m");
  private static final JobSpec INFERENCE = Specs.inference("m", "1");
  private static final JobSpec QUANTISATION = Specs.job(quantisation());

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private LedgerState state = new LedgerState();

  /** Where a job with a task, or with a question to a model's owner, may stand. */
  private enum Stage {
    TRAINING_PREPARES,
    TRAINS,
    EXPORTS,
    REGISTERS,
    RESOLVES,
    INFERENCE_PREPARES,
    INFERS,
    QUANTISES
  }

  @Test
  void anOutcomeFitsOneKindOfTaskOfOneKindOfJob() {
    var fitting = new ArrayList<String>();
    for (var spec : List.of(TRAINING, INFERENCE, QUANTISATION)) {
      for (var kind : TaskKind.values()) {
        for (var outcome : outcomes()) {
          if (Credible.fits(spec.work(), kind, outcome)) {
            fitting.add(name(spec.work()) + " " + kind + " " + name(outcome));
          } else {
            assertThat(outcome).as("what failed, fails").isNotInstanceOf(TaskFailed.class);
          }
        }
      }
    }
    fitting.removeIf(each -> each.endsWith(" TaskFailed"));
    assertThat(fitting)
        .containsExactlyInAnyOrder(
            "TrainingSpec PREPARE TrainingPrepared",
            "TrainingSpec TERM TermFinished",
            "TrainingSpec EXPORT Exported",
            "InferenceSpec PREPARE InferencePrepared",
            "InferenceSpec INFER Inferred",
            "QuantisationSpec QUANTISE Exported");
  }

  @Test
  void whatATaskCanEndWithIsDecidedOnAndNothingElse() {
    var expected =
        Map.of(
            Stage.TRAINING_PREPARES, TrainingPrepared.class,
            Stage.TRAINS, TermFinished.class,
            Stage.EXPORTS, Exported.class,
            Stage.INFERENCE_PREPARES, InferencePrepared.class,
            Stage.INFERS, Inferred.class,
            Stage.QUANTISES, Exported.class);
    expected.forEach(
        (stage, fits) -> {
          for (int i = 0; i < outcomes().size(); i++) {
            at(stage);
            var outcome = outcomes().get(i);
            if (fits.isInstance(outcome) || outcome instanceof TaskFailed) {
              assertThat(decide(reported(outcome)).jobs())
                  .as("%s %s", stage, name(outcome))
                  .containsKey(JOB);
            } else {
              changesNothing(stage + " " + name(outcome), reported(outcome));
            }
          }
        });
  }

  @Test
  void aPlanIsThatOfTheJobAndOfItsRows() {
    var good = Specs.prepared(STEPS, 9);
    var data = good.dataset();
    lies(
        Stage.TRAINING_PREPARES,
        () -> reported(good, ""),
        () -> reported(new TrainingPrepared(data, good.network(), 4, STEPS + 1)),
        () -> reported(new TrainingPrepared(data, good.network(), 4, -1)),
        () -> reported(new TrainingPrepared(data, good.network(), 0, STEPS)),
        () -> reported(new TrainingPrepared(data, good.network(), 5, STEPS)),
        () -> reported(new TrainingPrepared(rows(0, 0), good.network(), 0, STEPS)),
        () -> reported(new TrainingPrepared(rows(-64, 0), good.network(), 4, STEPS)),
        () -> reported(new TrainingPrepared(rows(64, -1), good.network(), 4, STEPS)),
        () -> reported(new TrainingPrepared(rows(1L << 40, 0), good.network(), 1L << 36, STEPS)),
        () -> reported(Specs.prepared(STEPS, 3)), // of which none is trained
        () -> reported(Specs.prepared(STEPS, -5)));
  }

  @Test
  void rowsAreCounted() {
    lies(
        Stage.INFERENCE_PREPARES,
        () -> reported(new InferencePrepared(rows(-1, 0))),
        () -> reported(new InferencePrepared(rows(Long.MAX_VALUE, 0))));
  }

  @Test
  void answersAreThoseOfTheTasksRows() {
    at(Stage.INFERS);
    var asked =
        InferenceJob.rows(Objects.requireNonNull(job().inference()), job().open().getFirst());
    long from = asked.rowFrom();
    long to = asked.rowTo();
    var none = Measured.NOTHING;
    var tooMany = Collections.nCopies(Measured.CLASSES_MAX + 1, 0L);
    lies(
        Stage.INFERS,
        () -> reported(inferred(range(0, 0, from, to + 1), 0, 0, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, from + 1, to), 0, 0, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, to, from), 0, 0, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(-1, 0, from, to), 0, 0, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, -1, from, to), 0, 0, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, from, to), to + 1, 0, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, from, to), -1, 0, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, from, to), 1, 2, 0, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, from, to), 1, 1, -1, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, from, to), 1, 1, Double.NaN, RowFaults.NONE, none)),
        () -> reported(inferred(range(0, 0, from, to), 0, 0, 0, new RowFaults(-1, 0, 0), none)),
        () ->
            reported(inferred(range(0, 0, from, to), 0, 0, 0, new RowFaults(0, ROWS + 1, 0), none)),
        () -> reported(inferred(range(0, 0, from, to), 0, 0, 0, RowFaults.NONE, classes(-1))),
        () -> reported(inferred(range(0, 0, from, to), 0, 0, 0, RowFaults.NONE, judged(ROWS + 1))),
        () ->
            reported(
                inferred(
                    range(0, 0, from, to),
                    0,
                    0,
                    0,
                    RowFaults.NONE,
                    new Measured(0, 0, 0, 0, tooMany, tooMany, tooMany))));
  }

  @Test
  void whatATermOrAFoldHasDoneIsWhatItHadToDo() {
    lies(
        Stage.TRAINS,
        () -> reported(new TermFinished(STEPS, STEPS, 0, -1, null)),
        () -> new TermNearlyDone(JOB, 2, 6),
        () -> new TermNearlyDone(JOB, -1, 6),
        () -> new TermNearlyDone(JOB, 1, STEPS + 1),
        () -> new TermNearlyDone(JOB, 1, -1),
        () -> new FoldProgressed(JOB, STEPS + 1, 0.5, 32, null, -1, -1),
        () -> new FoldProgressed(JOB, -1, 0.5, 32, null, -1, -1),
        () -> new FoldProgressed(JOB, 4, 0.5, -1, null, -1, -1),
        () -> new FoldProgressed(JOB, 4, 0.5, 32, null, 5, -1),
        () -> new FoldProgressed(JOB, 4, 0.5, 32, null, -1, 5),
        () -> new FoldProgressed(JOB, 4, 0.5, 32, null, -2, -1));
  }

  @Test
  void onlyATrainingJobHasTermsAndAFold() {
    for (var stage : List.of(Stage.RESOLVES, Stage.INFERS, Stage.QUANTISES)) {
      lies(
          stage,
          () -> new TermNearlyDone(JOB, 1, 1),
          () -> new FoldProgressed(JOB, 1, 0.5, 32, null, -1, -1),
          () -> new FoldFailed(JOB, 1, CAUSE),
          () -> new ShardsLate(JOB, 1, List.of(0)));
    }
  }

  @Test
  void theOwnerOfANameAnswersWhatWasAsked() {
    lies(
        Stage.RESOLVES,
        () -> new ModelResolved(JOB, null, null),
        () -> new ModelResolved(JOB, Specs.model(OTHER, "trainer", 9).numbered(1, 0), null),
        () -> new ModelResolved(JOB, Specs.model("m", "trainer", 9).numbered(2, 0), null),
        () -> new ModelRegistered(JOB, "m", 1, null));
    lies(
        Stage.TRAINS,
        () -> new ModelResolved(JOB, Specs.model("m", "trainer", 9).numbered(1, 0), null),
        () -> new ModelResolved(JOB, null, CAUSE));
    lies(
        Stage.REGISTERS,
        () -> new ModelRegistered(JOB, OTHER, 1, null),
        () -> new ModelRegistered(JOB, OTHER, 0, CAUSE),
        () -> new ModelRegistered(JOB, "m", 0, null),
        () -> new ModelRegistered(JOB, "m", -1, null));
  }

  @Test
  void aModelIsThatOfTheJobThatMadeIt() {
    var others = Specs.model("m", OTHER, 9);
    lies(Stage.EXPORTS, () -> reported(new Exported(others)));
    lies(Stage.QUANTISES, () -> reported(new Exported(others)));
    changesNothing("of another job", new RegisterModel("m", JOB, others));
  }

  @Test
  void whoAsksForANumberOrAPlaceIsAJob() {
    for (var id : List.of("", "../j", "model")) {
      for (var event :
          List.of(new RegisterModel("m", id, Specs.model("m", id, 9)), new ReservePlace("m", id))) {
        assertThat(bury(decide(event)).letter().cause().code()).isEqualTo(Code.INVALID_NAME);
      }
    }
  }

  @Test
  void whatComesLateOrTwiceIsNoLie() {
    var whatever = new ArrayList<JobEvent>();
    for (var outcome : outcomes()) {
      whatever.add(new TaskReported(JOB, "over", 7, "w", "", outcome, ""));
      whatever.add(new TaskReported("nobody", "prepare", 1, "w", "", outcome, ""));
    }
    whatever.add(new AttemptStarted(JOB, "over", 1, "w", 1, ""));
    whatever.add(new DeadlineReached(JOB, "over", -1));
    whatever.add(new TermNearlyDone(JOB, 0, 1));
    whatever.add(new FoldProgressed(JOB, 0, 0.5, 0, null, -1, -1));
    whatever.add(new ModelRegistered(JOB, "m", 3, null));
    at(Stage.TRAINS);
    for (var event : whatever) {
      var decision = decide(event);
      assertThat(decision.effects()).as("%s", event).isEmpty();
      assertThat(decision.changes()).as("%s", event).isEmpty();
    }
  }

  @SafeVarargs
  private void lies(Stage stage, Supplier<JobEvent>... events) {
    for (int i = 0; i < events.length; i++) {
      at(stage);
      changesNothing(stage + " " + i, events[i].get());
    }
  }

  private void changesNothing(String which, JobEvent event) {
    var before = state.job(JOB);
    var decision = ledger.decide(state, event, new Moment(2, Fleet.EMPTY));
    assertThat(decision.changes()).as(which).isEmpty();
    assertThat(decision.facts()).as(which).isEmpty();
    var letter = bury(decision).letter();
    assertThat(letter.reason()).as(which).isEqualTo(DeadLetterReason.UNPROCESSABLE);
    assertThat(letter.cause().code()).as(which).isEqualTo(Code.INVALID_RECORD);
    assertThat(letter.cause().why()).as(which).isNotBlank();
    state.apply(decision);
    assertThat(state.job(JOB)).as(which).isEqualTo(before);
  }

  private static Effect.Bury bury(Decision decision) {
    assertThat(decision.effects()).singleElement().isInstanceOf(Effect.Bury.class);
    return (Effect.Bury) decision.effects().getFirst();
  }

  /** One of each kind, each of which is true where it fits. */
  private List<Outcome> outcomes() {
    var model = Specs.model("m", JOB, 9);
    var infers = state.job(JOB);
    var asked =
        infers == null || infers.inference() == null || infers.open().isEmpty()
            ? range(0, 0, 0, 0)
            : range(infers);
    return List.of(
        Specs.prepared(STEPS, 9),
        new InferencePrepared(rows(ROWS, 0)),
        new TermFinished(STEPS, STEPS, 0, 0, null),
        new Exported(model),
        inferred(asked, 1, 1, 0, RowFaults.NONE, Measured.NOTHING),
        new TaskFailed(CAUSE, true));
  }

  private static ResultRange range(Job job) {
    var rows = InferenceJob.rows(Objects.requireNonNull(job.inference()), job.open().getFirst());
    return range(0, 0, rows.rowFrom(), rows.rowTo());
  }

  private static ResultRange range(int partition, long lastOffset, long from, long to) {
    return new ResultRange(partition, 0, lastOffset, from, to, "", "");
  }

  private static Inferred inferred(
      ResultRange range,
      long labelled,
      long correct,
      double ms,
      RowFaults faults,
      Measured measured) {
    return new Inferred(range, labelled, correct, 0, 0, ms, null, faults, measured);
  }

  private static Measured classes(long counted) {
    var classes = List.of(counted);
    return new Measured(0, 0, 0, 0, classes, classes, classes);
  }

  private static Measured judged(long rows) {
    return new Measured(rows, 0, 0, 0, List.of(), List.of(), List.of());
  }

  private static DatasetFacts rows(long rows, long holdout) {
    return new DatasetFacts(Specs.ARTIFACT, rows, holdout, 0);
  }

  private static QuantisationSpec quantisation() {
    var dataset = ((InferenceSpec) INFERENCE.work()).dataset();
    return new QuantisationSpec("m", "1", "int8", dataset, 16, null);
  }

  private static String name(Object what) {
    return what.getClass().getSimpleName();
  }

  /** Reports the job's first task; names one that is not there where the job has none. */
  private TaskReported reported(Outcome outcome) {
    return reported(outcome, Specs.ENGINE);
  }

  private TaskReported reported(Outcome outcome, String engine) {
    var task = job().open().getFirst();
    return new TaskReported(JOB, task.taskId(), task.attempt(), "w", engine, outcome, "");
  }

  private Job job() {
    return Objects.requireNonNull(state.job(JOB));
  }

  private Decision decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(1, Fleet.EMPTY));
    state.apply(decision);
    return decision;
  }

  /** A ledger with one job, which is there. */
  private void at(Stage stage) {
    state = new LedgerState();
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 1)));
    var model = Specs.model("m", JOB, 9);
    switch (stage) {
      case TRAINING_PREPARES -> submit(TRAINING);
      case TRAINS -> {
        submit(TRAINING);
        decide(reported(Specs.prepared(STEPS, 9)));
      }
      case EXPORTS -> {
        at(Stage.TRAINS);
        decide(reported(new TermFinished(STEPS, STEPS, 0, 0, null)));
      }
      case REGISTERS -> {
        at(Stage.EXPORTS);
        decide(reported(new Exported(model)));
      }
      case RESOLVES -> submit(INFERENCE);
      case INFERENCE_PREPARES -> {
        submit(INFERENCE);
        decide(new ModelResolved(JOB, model.numbered(1, 0), null));
      }
      case INFERS -> {
        at(Stage.INFERENCE_PREPARES);
        decide(reported(new InferencePrepared(rows(ROWS, 0))));
      }
      case QUANTISES -> {
        submit(QUANTISATION);
        decide(new ModelResolved(JOB, model.numbered(1, 0), null));
      }
    }
  }

  private void submit(JobSpec spec) {
    decide(new Submitted(JOB, "", spec));
  }
}
