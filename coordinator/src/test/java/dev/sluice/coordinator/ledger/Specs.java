package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Jobs and workers for tests. */
public final class Specs {

  /** Digest of a data set that nobody reads. */
  public static final String ARTIFACT = "sha256:" + "0".repeat(64);

  /** Engine fingerprint of the workers. */
  public static final String ENGINE = "engine";

  private Specs() {}

  /** Workers w0, w1, ... of lane cpu, each at work. */
  public static Fleet fleet(int workers) {
    return Fleet.of(IntStream.range(0, workers).mapToObj(i -> worker("w" + i, "cpu", 1)).toList());
  }

  /** A worker on the host's processor that runs so many tasks. */
  public static WorkerHeartbeat worker(String id, String lane, int running) {
    return new WorkerHeartbeat(
        id, lane, "host-cpu", false, ENGINE, "", 0, running, List.of(), 0, 0, 0, false, 0, "", -1);
  }

  /** A training job of so many steps. */
  public static JobSpec training(long steps, int shards, @Nullable String register) {
    return job(
        new TrainingSpec(
            dataset(0.2),
            new LayerStack(List.of(4), List.of(new Dense(3, true), new Activation(Function.RELU))),
            Objective.CROSS_ENTROPY,
            new AdamW(0.9, 0.999, 1e-8, 0.01),
            0.01,
            new Cosine(0.1),
            2,
            16,
            shards,
            new Steps(steps),
            42,
            register));
  }

  /** An inference job against a model. */
  public static JobSpec inference(String model, String version) {
    return job(new InferenceSpec(model, version, dataset(0), 4, List.of()));
  }

  /** A job with this work and defaults for the rest. */
  public static JobSpec job(Work work) {
    return new JobSpec(
        "default",
        "test",
        Priority.NORMAL,
        List.of(),
        Unplaceable.REFUSE,
        work,
        PlacementWishes.NONE);
  }

  /** What a worker finds when it prepares the training job. */
  public static TrainingPrepared prepared(long steps, int floats) {
    return new TrainingPrepared(new DatasetFacts(ARTIFACT, 64, 0, 64), facts(floats), 4, steps);
  }

  /** A model version made by a job. */
  public static ModelVersion model(String name, String jobId, int floats) {
    return new ModelVersion(
        name,
        0,
        jobId,
        ARTIFACT,
        facts(floats),
        List.of(),
        List.of(),
        ARTIFACT,
        0,
        ENGINE,
        0,
        "fp32",
        "");
  }

  private static DatasetSpec dataset(double holdout) {
    return new DatasetSpec(
        ARTIFACT,
        null,
        "4",
        List.of(),
        Target.CLASSIFICATION,
        holdout,
        null,
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  private static NetworkFacts facts(int floats) {
    return facts(floats, List.of("a", "b", "c"));
  }

  /** A network that tells these classes apart. */
  static NetworkFacts facts(int floats, List<String> classes) {
    var none = new Affine(List.of(), List.of());
    return new NetworkFacts(
        new LayerStack(List.of(4), List.of(new Dense(3, true))),
        List.of(4),
        3,
        Objective.CROSS_ENTROPY,
        classes,
        List.of(),
        none,
        none,
        List.of(),
        floats - 3,
        floats);
  }
}
