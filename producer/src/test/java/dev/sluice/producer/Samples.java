package dev.sluice.producer;

import dev.sluice.jobs.state.InferenceState;
import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.TrainingState;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.Function;
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
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Verdict;
import dev.sluice.schemas.wire.Work;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Valid messages for tests. */
public final class Samples {

  public static final String DATASET = Digests.sha256(new byte[] {1});

  private Samples() {}

  public static DatasetSpec dataset() {
    return new DatasetSpec(
        DATASET,
        null,
        "label",
        List.of(),
        Target.CLASSIFICATION,
        0.2,
        null,
        7,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.NONE);
  }

  public static LayerStack network() {
    return new LayerStack(
        List.of(), List.of(new Dense(8, true), new Activation(Function.RELU), new Dense(3, true)));
  }

  public static TrainingSpec training() {
    return new TrainingSpec(
        dataset(),
        network(),
        Objective.CROSS_ENTROPY,
        new Sgd(0.9, false, 0),
        0.1,
        new Constant(),
        0,
        64,
        4,
        new Epochs(3),
        1,
        "digits");
  }

  public static InferenceSpec inference(String... columns) {
    return new InferenceSpec("digits", "1", dataset(), 256, List.of(columns));
  }

  public static JobSpec job(Work work) {
    return new JobSpec(
        "default",
        "a job",
        Priority.NORMAL,
        List.of(),
        Unplaceable.REFUSE,
        work,
        PlacementWishes.NONE);
  }

  /** A state without training, inference, model or cause. */
  public static Job state(String jobId, JobStatus status, long submittedMs) {
    return state(jobId, "", job(training()), status, submittedMs, null, null, null);
  }

  public static Job state(
      String jobId,
      String bodyDigest,
      JobSpec spec,
      JobStatus status,
      long submittedMs,
      @Nullable TrainingState training,
      @Nullable InferenceState inference,
      @Nullable Cause cause) {
    return state(
        jobId, bodyDigest, spec, status, submittedMs, "cpu", List.of(), training, inference, cause);
  }

  /** A job in a lane, of which these tasks are open. */
  public static Job state(
      String jobId, JobStatus status, long submittedMs, String lane, List<OpenTask> open) {
    return state(jobId, "", job(training()), status, submittedMs, lane, open, null, null, null);
  }

  private static Job state(
      String jobId,
      String bodyDigest,
      JobSpec spec,
      JobStatus status,
      long submittedMs,
      String lane,
      List<OpenTask> open,
      @Nullable TrainingState training,
      @Nullable InferenceState inference,
      @Nullable Cause cause) {
    boolean terminal =
        switch (status) {
          case SUCCEEDED, FAILED, CANCELLED, REFUSED -> true;
          case HELD, RESOLVING, PREPARING, RUNNING, EXPORTING, REGISTERING -> false;
        };
    return new Job(
        jobId,
        bodyDigest,
        spec,
        status,
        submittedMs,
        submittedMs + 100,
        terminal ? submittedMs + 100 : 0,
        List.of(new LaneVerdict(lane, Verdict.CHOSEN, List.of(), null)),
        lane,
        1,
        open,
        training,
        inference,
        null,
        cause,
        null,
        null,
        FactDigests.NONE);
  }

  /** That a job has left for the history, as it is remembered. */
  public static EndedJob ended(Job job) {
    return new EndedJob(
        job.jobId(), job.status(), job.submittedMs(), job.finishedMs(), job.finishedMs() + 30_000);
  }

  /** A record of jobs that have left for the history. */
  public static EndedJobs ended(int number, Job... jobs) {
    return EndedJobs.of(0, number, Arrays.stream(jobs).map(Samples::ended).toList());
  }

  /** The facts of a job as they are stored. */
  public static List<JobFacts> facts(Job job) {
    return Arrays.stream(FactPart.values())
        .flatMap(part -> Stream.ofNullable(job.fact(part)))
        .map(fact -> Job.record(job.jobId(), job.submittedMs(), fact))
        .toList();
  }

  /** The state of a job as it is stored with these. */
  public static JobState stored(Job job) {
    var digests = new EnumMap<FactPart, Long>(FactPart.class);
    facts(job).forEach(fact -> digests.put(FactPart.of(fact.fact()), fact.digest()));
    return job.withFacts(
            new FactDigests(
                digests.getOrDefault(FactPart.SPEC, 0L),
                digests.getOrDefault(FactPart.VERDICTS, 0L),
                digests.getOrDefault(FactPart.FOUND, 0L),
                digests.getOrDefault(FactPart.MADE, 0L),
                digests.getOrDefault(FactPart.CAUSE, 0L)))
        .state();
  }

  public static Cause cause(String what) {
    return new Cause(Code.NO_LANE, "", what, "No lane can train.", "Declare a lane.");
  }

  public static NetworkFacts facts(Objective objective, List<String> classes, int outputs) {
    return new NetworkFacts(
        network(),
        List.of(2),
        outputs,
        objective,
        classes,
        List.of("x", "y"),
        new Affine(List.of(0.0, 0.0), List.of(1.0, 1.0)),
        new Affine(List.of(), List.of()),
        List.of(),
        51,
        51);
  }

  public static ModelVersion model(int version, NetworkFacts facts) {
    return new ModelVersion(
        "digits",
        version,
        "job-0",
        Digests.sha256(new byte[] {9}),
        facts,
        List.of(),
        List.of(new Metric("accuracy", 0.97)),
        DATASET,
        7,
        "engine",
        5,
        "fp32",
        "");
  }

  /** Training at a step of 30, 10 steps to the epoch, started at 1,000 ms. */
  public static TrainingState trainingAt(long step, double loss) {
    var prepared =
        new TrainingPrepared(
            new DatasetFacts(DATASET, 640, 160, 800),
            facts(Objective.CROSS_ENTROPY, List.of("a", "b", "c"), 3),
            10,
            30);
    return new TrainingState(
        new TrainingState.Pinned(prepared, "engine", 1, true, SumEncoding.NONE),
        1,
        0,
        10,
        0,
        List.of(step),
        5.0,
        step,
        loss,
        step * 64,
        1_000,
        0,
        0,
        null,
        null);
  }

  /** An inference of 4 rows in 2 tasks, all answered. */
  public static InferenceState inferenceDone(NetworkFacts facts) {
    return new InferenceState(
        model(1, facts), 4, 2, 2, 2, 2, 4, 3, 0.5, 1.0, 12.0, 1_000, 1_500, null, RowFaults.NONE);
  }

  /** Two rows from rowFrom on, with three outputs each. */
  public static ResultBatch batch(String jobId, long rowFrom) {
    return new ResultBatch(
        jobId,
        "infer-" + rowFrom,
        "attempt-1",
        rowFrom,
        List.of(rowFrom + 100, rowFrom + 101),
        List.of("a", "c"),
        List.of("a", "b"),
        3,
        Vectors.bytes(new float[] {2, 0, 0, 0, 0, 2}));
  }

  public static WorkerHeartbeat heartbeat(
      String worker, String lane, int running, long finished, long startedMs) {
    return heartbeat(worker, lane, running, finished, startedMs, -1);
  }

  public static WorkerHeartbeat heartbeat(
      String worker, String lane, int running, long finished, long startedMs, long upMs) {
    return new WorkerHeartbeat(
        worker,
        lane,
        "host-cpu",
        false,
        "engine",
        "localhost",
        1,
        running,
        List.of(),
        finished,
        10.0,
        startedMs,
        false,
        0,
        "life" + startedMs,
        upMs);
  }
}
