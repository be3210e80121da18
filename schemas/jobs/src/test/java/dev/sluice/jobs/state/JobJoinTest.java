package dev.sluice.jobs.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.ShardRun;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingProgress;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationPoint;
import dev.sluice.schemas.wire.Verdict;
import dev.sluice.schemas.wire.Work;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A job is its state and its facts, and nothing less. */
class JobJoinTest {

  private static final String DIGEST = "sha256:" + "0".repeat(64);

  private final JobJoin join = new JobJoin();

  @Test
  void aJobIsWholeOnceItsStateAndAllItsFactsAreThereInWhateverOrder() {
    for (var job : List.of(training(), inferring("i"), quantising())) {
      var records = facts(job);
      for (int at = 0; at <= records.size(); at++) {
        var again = new JobJoin();
        var whole = new ArrayList<Job>();
        for (int i = 0; i < at; i++) {
          again.take(records.get(i)).ifPresent(whole::add);
        }
        assertThat(whole).as("without its state").isEmpty();
        again.take(job.curve()).ifPresent(whole::add);
        again.take(job.state()).ifPresent(whole::add);
        for (int i = at; i < records.size(); i++) {
          again.take(records.get(i)).ifPresent(whole::add);
        }
        assertThat(whole).containsExactly(job);
        assertThat(again.lacking()).isEmpty();
      }
    }
  }

  @Test
  void nothingIsMadeOfFactsThatTheStateDoesNotReferTo() {
    var job = inferring("i");
    facts(job).forEach(join::take);
    join.take(Job.record("i", 1, job("other", job.spec().work())));

    assertThat(join.take(job.state())).isEmpty();
    assertThat(join.lacking()).containsExactly(job.state());
    assertThat(join.there(job.state())).containsOnlyKeys(FactPart.VERDICTS, FactPart.FOUND);
  }

  @Test
  void aStateThatNoLedgerCanHaveWrittenMakesNoJob() {
    var job = training();
    facts(job).forEach(join::take);
    join.take(job.curve());
    for (var shards : List.of(List.of(-1), List.of(Integer.MAX_VALUE), List.of(1_000, 1_000))) {
      var runs = shards.stream().map(count -> new ShardRun(count, 1)).toList();
      assertThat(join.take(withShards(job.state(), runs))).as("%s", shards).isEmpty();
    }
    assertThat(join.take(job.state())).contains(job);
  }

  /** Who goes on with such a job would find itself where it can't be. */
  @Test
  void aJobThatNoLedgerCanHaveWrittenLacksSomethingUntilItHasEnded() {
    var kinds =
        Map.of(
            training(),
            EnumSet.of(TaskKind.PREPARE, TaskKind.TERM, TaskKind.EXPORT),
            inferring("i"),
            EnumSet.of(TaskKind.PREPARE, TaskKind.INFER),
            quantising(),
            EnumSet.of(TaskKind.QUANTISE));
    kinds.forEach(
        (job, its) -> {
          facts(job).forEach(join::take);
          join.take(job.curve());
          for (var kind : TaskKind.values()) {
            var one = with(job.state(), JobStatus.RUNNING, List.of(task(kind)), job.facts());
            assertThat(join.take(one).isPresent())
                .as("%s in %s", kind, job.jobId())
                .isEqualTo(its.contains(kind));
            assertThat(join.lacking().contains(one)).isNotEqualTo(its.contains(kind));
            var ended = with(job.state(), JobStatus.FAILED, List.of(task(kind)), job.facts());
            assertThat(join.take(ended)).isPresent();
          }
        });
    var job = training();
    var f = job.facts();
    var nothingMade = new FactDigests(f.spec(), f.verdicts(), f.found(), 0, f.cause());
    assertThat(join.take(with(job.state(), JobStatus.REGISTERING, List.of(), f))).isPresent();
    assertThat(join.take(with(job.state(), JobStatus.REGISTERING, List.of(), nothingMade)))
        .isEmpty();
    for (var shards :
        List.of(List.of(0L, 9L), List.of(-1L, 1L), List.of(4L, 8L), List.of(0L, 0L))) {
      var term =
          OpenTask.first("term", TaskKind.TERM, 1, shards.getFirst(), shards.getLast(), 0, 8, 1);
      assertThat(join.take(with(job.state(), JobStatus.RUNNING, List.of(term), f)))
          .as("%s", shards)
          .isEmpty();
    }
  }

  private static OpenTask task(TaskKind kind) {
    return OpenTask.first("task", kind, 1, 0, 8, 0, 8, 1);
  }

  private static JobState with(
      JobState s, JobStatus status, List<OpenTask> open, FactDigests facts) {
    return new JobState(
        s.jobId(),
        s.bodyDigest(),
        facts,
        status,
        s.submittedMs(),
        s.updatedMs(),
        s.finishedMs(),
        s.lane(),
        s.epoch(),
        open,
        s.training(),
        s.inference(),
        s.version(),
        s.registeredMs(),
        s.placement());
  }

  private static JobState withShards(JobState s, List<ShardRun> runs) {
    var t = Objects.requireNonNull(s.training());
    var progress =
        new TrainingProgress(
            t.round(),
            t.roundEnd(),
            t.paceStep(),
            t.paceSinceMs(),
            runs,
            t.stepsPerSecond(),
            t.generation(),
            t.loss(),
            t.samples(),
            t.startedMs(),
            t.finishedMs(),
            t.computeMs(),
            t.modelled(),
            t.validation());
    return new JobState(
        s.jobId(),
        s.bodyDigest(),
        s.facts(),
        s.status(),
        s.submittedMs(),
        s.updatedMs(),
        s.finishedMs(),
        s.lane(),
        s.epoch(),
        s.open(),
        progress,
        s.inference(),
        s.version(),
        s.registeredMs(),
        s.placement());
  }

  @Test
  void aLaterStateWaitsForItsFactsAndIsShownWithThem() {
    var job = inferring("i");
    facts(job).forEach(join::take);
    assertThat(join.take(job.state())).contains(job);

    var why = Job.record("i", job.submittedMs(), new Cause(Code.DEFECT, "", "It.", "", ""));
    var digests = job.facts();
    var failed =
        job.withFacts(
            new FactDigests(digests.spec(), digests.verdicts(), digests.found(), 0, why.digest()));
    assertThat(join.take(failed.state())).isEmpty();
    assertThat(join.take(why).orElseThrow().cause()).isEqualTo(why.fact());
  }

  @Test
  void whatJobsHaveInCommonIsInMemoryOnce() {
    var all = new ArrayList<Job>();
    for (var id : List.of("i-1", "i-2")) {
      var job = inferring(id);
      facts(job).forEach(join::take);
      join.take(job.state()).ifPresent(all::add);
    }
    assertThat(model(all.getFirst())).isSameAs(model(all.getLast()));
  }

  @Test
  void ofAJobThatIsForgottenNothingStays() {
    var job = inferring("i");
    facts(job).forEach(join::take);
    join.take(job.state());
    join.forget("i");
    assertThat(join.take(job.state())).isEmpty();

    facts(job).forEach(join::take);
    for (var part : FactPart.values()) {
      join.forget("i", part);
    }
    assertThat(join.take(job.state())).isEmpty();
  }

  private static ModelVersion model(Job job) {
    return Objects.requireNonNull(job.inference()).model();
  }

  private static List<JobFacts> facts(Job job) {
    var all = new ArrayList<JobFacts>();
    for (var part : FactPart.values()) {
      var fact = job.fact(part);
      if (fact != null) {
        all.add(Job.record(job.jobId(), job.submittedMs(), fact));
      }
    }
    return all;
  }

  private static Job training() {
    var prepared = new TrainingPrepared(new DatasetFacts(DIGEST, 64, 16, 80), network(), 4, 40);
    var validation =
        ValidationState.planned(new ValidationPlan(4, null)).with(new ValidationPoint(4, 0.5, 0.9));
    var steps = new ArrayList<>(Collections.nCopies(6, 7L));
    steps.addAll(List.of(8L, 9L));
    var state =
        TrainingState.started(
                new TrainingState.Pinned(
                    prepared, "engine", 3, true, new SumEncoding(SumFormat.INT8, 4)),
                8,
                validation,
                5)
            .withShardSteps(steps);
    var work =
        new TrainingSpec(
            dataset(),
            network().network(),
            Objective.CROSS_ENTROPY,
            new Sgd(0, false, 0),
            0.1,
            new Constant(),
            0,
            16,
            8,
            new Steps(40),
            1,
            "m");
    return whole("t", work, state, null, version(2), null);
  }

  private static Job inferring(String jobId) {
    return whole(
        jobId,
        new InferenceSpec("m", "1", dataset(), 4, List.of()),
        null,
        InferenceState.of(version(1)).withTasks(100, 4, 25, 9),
        null,
        null);
  }

  private static Job quantising() {
    var work = new QuantisationSpec("m", "1", "int8", dataset(), 10, null);
    return whole("q", work, null, null, version(3), version(1));
  }

  private static Job whole(
      String jobId,
      Work work,
      @Nullable TrainingState training,
      @Nullable InferenceState inference,
      @Nullable ModelVersion made,
      @Nullable ModelVersion source) {
    var job =
        new Job(
            jobId,
            DIGEST,
            job("", work),
            JobStatus.RUNNING,
            1,
            2,
            0,
            List.of(new LaneVerdict("cpu", Verdict.CHOSEN, List.of(), null)),
            "cpu",
            1,
            List.of(task(work instanceof QuantisationSpec ? TaskKind.QUANTISE : TaskKind.PREPARE)),
            training,
            inference,
            made == null ? null : withJob(made, jobId),
            null,
            null,
            source,
            FactDigests.NONE);
    var digests = new EnumMap<FactPart, Long>(FactPart.class);
    facts(job).forEach(fact -> digests.put(FactPart.of(fact.fact()), fact.digest()));
    return job.withFacts(
        new FactDigests(
            digests.getOrDefault(FactPart.SPEC, 0L),
            digests.getOrDefault(FactPart.VERDICTS, 0L),
            digests.getOrDefault(FactPart.FOUND, 0L),
            digests.getOrDefault(FactPart.MADE, 0L),
            digests.getOrDefault(FactPart.CAUSE, 0L)));
  }

  private static ModelVersion withJob(ModelVersion m, String jobId) {
    return new ModelVersion(
        m.name(),
        m.version(),
        jobId,
        m.sha256(),
        m.network(),
        m.files(),
        m.metrics(),
        m.dataset(),
        m.splitSeed(),
        m.engine(),
        m.registeredMs(),
        m.format(),
        m.parent());
  }

  private static JobSpec job(String name, Work work) {
    return new JobSpec(
        "t", name, Priority.NORMAL, List.of(), Unplaceable.HOLD, work, PlacementWishes.NONE);
  }

  private static DatasetSpec dataset() {
    return new DatasetSpec(
        DIGEST,
        null,
        "4",
        List.of(),
        Target.CLASSIFICATION,
        0,
        null,
        1,
        Rows.ALL,
        Scaling.NONE,
        Scaling.NONE);
  }

  private static ModelVersion version(int number) {
    return new ModelVersion(
        "m",
        number,
        "j",
        DIGEST,
        network(),
        List.of(),
        List.of(new Metric("accuracy", 0.5)),
        DIGEST,
        1,
        "engine",
        7,
        "fp32",
        "");
  }

  private static NetworkFacts network() {
    var none = new Affine(List.of(), List.of());
    return new NetworkFacts(
        new LayerStack(List.of(4), List.of(new Dense(3, true))),
        List.of(4),
        3,
        Objective.CROSS_ENTROPY,
        List.of("a", "b", "c"),
        List.of(),
        none,
        none,
        List.of(),
        9,
        9);
  }
}
