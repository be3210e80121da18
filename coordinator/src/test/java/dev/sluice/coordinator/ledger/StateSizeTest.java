package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.ValidationCurve;
import dev.sluice.schemas.wire.ValidationSums;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What follows the events of a job is small, whatever there is to know of it, and that is written
 * once.
 */
final class StateSizeTest {

  private static final int STATE_BYTES_MAX = 1_024;

  /** Beside a state's other bytes, with the worker that has begun it. */
  private static final int OPEN_TASK_BYTES_MAX = 128;

  private static final int TASK_BYTES_MAX = 256;
  private static final int CURVE_BYTES_MAX = 2_048;
  private static final int CHUNK_BYTES_MAX = 20 * 1_024;

  private static final int COLUMNS = 16_384;
  private static final int CLASSES = 100;
  private static final int SHARDS = 1_024;
  private static final String DIGEST = "sha256:" + "f".repeat(64);
  private static final String WORKER = "gpu-a-long-lane-host-0123456789-12345-abcdef";

  private final Codec codec = Codec.builtIn();
  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final Fleet fleet = Specs.fleet(4);
  private final List<JobFacts> facts = new ArrayList<>();
  private long nowMs = 1_700_000_000_000L;
  private long states;

  StateSizeTest() {
    int lane = 0;
    for (var accelerator : CatalogueFiles.builtIn().all()) {
      decide(new LaneOpened(new Lane("lane-" + ++lane, accelerator.id(), 0, 4)));
    }
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 4)));
    assertThat(state.lanes()).hasSizeGreaterThan(37);
  }

  @Test
  void aTrainingJobsStateIsSmallWhateverItsColumnsClassesAndLanes() {
    decide(new Submitted("j", DIGEST, training()));
    report("prepare", new TrainingPrepared(rows(), network(), 40, 4_000));
    assertThat(job().verdicts()).hasSizeGreaterThan(37);
    assertThat(facts).extracting(JobFacts::fact).doesNotHaveDuplicates();
    int known = facts.size();

    for (long epoch = 1; epoch <= 100; epoch++) {
      var sums = new ValidationSums(1_000, 1_000, 900, 100.0 / epoch, 0);
      decide(new FoldProgressed("j", epoch * 40, 1.0 / epoch, epoch * 1_000, sums, -1, -1));
      for (var task : job().open()) {
        decide(new AttemptStarted("j", task.taskId(), 1, WORKER, 1, "0123456789abcdef"));
      }
      var task = job().open().getFirst();
      long reached = task.fromStep() + (task.toStep() - task.fromStep()) / 2;
      report(task.taskId(), new TermFinished(reached, 4, 64, 20, null));
    }

    assertThat(Objects.requireNonNull(job().training()).validation()).isNotNull();
    assertThat(states).isGreaterThan(200);
    assertThat(facts).as("what is known is not written again").hasSize(known);
    decide(new FoldFailed("j", 7, new Cause(Code.DEFECT, "", "x".repeat(10_000), "", "")));
    assertThat(facts).hasSize(known + 1);
  }

  @Test
  void anInferenceJobsStateIsSmallWhateverItsColumnsClassesLanesAndTasks() {
    decide(new Submitted("j", DIGEST, Specs.inference("m", "1")));
    var model = Specs.model("m", "trained", 9).withNetwork(network()).numbered(1, nowMs);
    decide(new ModelResolved("j", model, null));
    report("prepare", new InferencePrepared(new DatasetFacts(DIGEST, 1_000_000_000L, 0, 0)));
    int known = facts.size();
    assertThat(Objects.requireNonNull(job().inference()).tasks()).isGreaterThan(15_000);
    var counts = Collections.nCopies(CLASSES, 1_000L);
    var measured = new Measured(1_000, 1, 0, 0, counts, counts, counts);

    for (int n = 0; n < 200; n++) {
      var task = job().open().getFirst();
      decide(new AttemptStarted("j", task.taskId(), 1, WORKER, 1, "0123456789abcdef"));
      long rows = Objects.requireNonNull(job().inference()).rowsPerTask();
      long from = task.from() * rows;
      var range = new ResultRange(3, from, from, from, from + rows, DIGEST, task.taskId() + WORKER);
      report(
          task.taskId(), new Inferred(range, 1_000, 900, 0, 0, 5, null, RowFaults.NONE, measured));
    }

    assertThat(job().open()).hasSize(LedgerLimits.DEFAULT.openTasksMax());
    assertThat(facts).as("what is known is not written again").hasSize(known);
  }

  @Test
  void aJobThatNoLaneCanRunSaysWhyOfEachInASmallState() {
    var spec = training();
    var measured =
        new JobSpec(
            "t",
            "",
            spec.priority(),
            List.of(),
            Unplaceable.HOLD,
            spec.work(),
            new PlacementWishes(state.lanes().stream().map(Lane::lane).toList(), false, null));
    decide(new Submitted("j", DIGEST, measured));
    assertThat(job().status()).isEqualTo(JobStatus.HELD);
    assertThat(Objects.requireNonNull(job().cause()).why().length()).isGreaterThan(STATE_BYTES_MAX);
  }

  private static JobSpec training() {
    var small = (TrainingSpec) Specs.training(4_000, 1, "m").work();
    return Specs.job(
        new TrainingSpec(
            small.dataset(),
            small.network(),
            small.objective(),
            small.optimizer(),
            small.learningRate(),
            small.schedule(),
            small.warmupSteps(),
            SHARDS,
            SHARDS,
            small.length(),
            small.seed(),
            "m"));
  }

  private Job job() {
    return Objects.requireNonNull(state.job("j"));
  }

  private void report(String taskId, Outcome outcome) {
    decide(new TaskReported("j", taskId, 1, WORKER, Specs.ENGINE, outcome, "0123456789abcdef"));
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs += 1_000, fleet));
    state.apply(decision);
    facts.addAll(decision.facts().values());
    decision.changes().values().forEach(this::check);
    assertThat(decision.changes().values().stream().filter(JobState.class::isInstance))
        .as("one state of a job for each event")
        .hasSizeLessThan(2);
    for (var effect : decision.effects()) {
      if (effect instanceof Effect.Dispatch(var lane, var priority, var task)) {
        assertThat(codec.encode(task)).hasSizeLessThan(TASK_BYTES_MAX);
      }
    }
  }

  private void check(StoredState stored) {
    int bytes = codec.encode(new StateRecord(stored)).length;
    switch (stored) {
      case JobState job -> {
        states++;
        assertThat(bytes)
            .as("%s", job)
            .isLessThan(STATE_BYTES_MAX + job.open().size() * OPEN_TASK_BYTES_MAX);
        var without = codec.encode(new StateRecord(withoutTasks(job)));
        assertThat(without).as("%s", job).hasSizeLessThan(STATE_BYTES_MAX);
      }
      case ManifestChunk chunk -> assertThat(bytes).isLessThan(CHUNK_BYTES_MAX);
      case ValidationCurve curve -> assertThat(bytes).isLessThan(CURVE_BYTES_MAX);
      default -> {}
    }
  }

  private static JobState withoutTasks(JobState job) {
    return new JobState(
        job.jobId(),
        job.bodyDigest(),
        job.facts(),
        job.status(),
        job.submittedMs(),
        job.updatedMs(),
        job.finishedMs(),
        job.lane(),
        job.epoch(),
        List.of(),
        job.training(),
        job.inference(),
        job.version(),
        job.registeredMs(),
        job.placement());
  }

  private static DatasetFacts rows() {
    return new DatasetFacts(DIGEST, 40 * SHARDS, 1_000, 42_000);
  }

  private static NetworkFacts network() {
    var small = Specs.model("m", "j", 9).network();
    var ones = Collections.nCopies(COLUMNS, 1.5);
    return new NetworkFacts(
        small.network(),
        small.input(),
        small.outputs(),
        small.objective(),
        IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList(),
        IntStream.range(0, COLUMNS).mapToObj(i -> "column " + i).toList(),
        new Affine(ones, ones),
        small.targetScale(),
        small.tensors(),
        small.parameters(),
        small.floats());
  }
}
