package dev.sluice.deploy.e2e;

import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import java.util.List;

/** Jobs that tests submit. */
final class TestJobs {
  static final int SHARDS = 4;
  static final double HOLDOUT = 0.2;

  private static final int BATCH = 64;
  private static final double LEARNING_RATE = 0.01;
  private static final long SEED = 7;

  private TestJobs() {}

  /** Two dense layers. */
  static List<Layer> dense(int hidden, int outputs) {
    return List.of(
        new Dense(hidden, true), new Activation(Function.RELU), new Dense(outputs, true));
  }

  static JobSpec train(
      DatasetSpec dataset, List<Layer> layers, Objective objective, int epochs, String register) {
    return job(
        "train " + register,
        new TrainingSpec(
            dataset,
            new LayerStack(List.of(), layers),
            objective,
            new Adam(0.9, 0.999, 1e-8, 0),
            LEARNING_RATE,
            new Constant(),
            0,
            BATCH,
            SHARDS,
            new Epochs(epochs),
            SEED,
            register));
  }

  /** Answers the held-out rows. */
  static JobSpec infer(DatasetSpec dataset, String model, String version) {
    return job(
        "infer " + model,
        new InferenceSpec(model, version, rows(dataset, Rows.HOLDOUT), 256, List.of()));
  }

  static DatasetSpec classification(String artifact, String label) {
    return dataset(artifact, label, Target.CLASSIFICATION);
  }

  static DatasetSpec regression(String artifact, String label) {
    return dataset(artifact, label, Target.REGRESSION);
  }

  private static DatasetSpec dataset(String artifact, String label, Target target) {
    return new DatasetSpec(
        artifact,
        null,
        label,
        List.of(),
        target,
        HOLDOUT,
        null,
        SEED,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  private static DatasetSpec rows(DatasetSpec of, Rows rows) {
    return new DatasetSpec(
        of.artifact(),
        of.header(),
        of.label(),
        of.features(),
        of.target(),
        of.holdout(),
        of.holdoutArtifact(),
        of.splitSeed(),
        rows,
        of.featureScaling(),
        of.targetScaling());
  }

  private static JobSpec job(String name, Work work) {
    return new JobSpec("default", name, Priority.NORMAL, List.of(), Unplaceable.REFUSE, work);
  }
}
