package dev.sluice.deploy.e2e;

import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.spec.FileReference;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs that tests submit. */
final class TestJobs {
  static final int SHARDS = 4;
  static final double HOLDOUT = 0.2;

  private static final int BATCH = 64;
  private static final double LEARNING_RATE = 0.01;
  private static final long SEED = 7;

  private TestJobs() {}

  /** The quickstart's training job with another length and name. */
  static JobSpec quickstart(SluiceClient client, int epochs, String register)
      throws SluiceException, IOException {
    var folder = Cluster.DEPLOY.resolve("quickstart.d");
    if (!(JobFile.parse(Files.readString(folder.resolve("train.yaml")))
        instanceof JobFileResult.Parsed parsed)) {
      throw new IllegalStateException("the quickstart's job is wrong");
    }
    var digests = new HashMap<FileReference, String>();
    for (var file : parsed.files()) {
      digests.put(file, client.upload(folder.resolve(file.file())).artifact());
    }
    var training = (TrainingSpec) parsed.resolve(digests).work();
    return job(
        register,
        new TrainingSpec(
            training.dataset(),
            training.network(),
            training.objective(),
            training.optimizer(),
            training.learningRate(),
            training.schedule(),
            training.warmupSteps(),
            training.batch(),
            training.shards(),
            new Epochs(epochs),
            training.seed(),
            register));
  }

  /** The same job, of other shards. */
  static JobSpec ofShards(JobSpec job, int shards) {
    var training = (TrainingSpec) job.work();
    return job(
        job.name(),
        new TrainingSpec(
            training.dataset(),
            training.network(),
            training.objective(),
            training.optimizer(),
            training.learningRate(),
            training.schedule(),
            training.warmupSteps(),
            training.batch(),
            shards,
            training.length(),
            training.seed(),
            training.register()));
  }

  /** The same job, which ends once the held-out rows show no gain. */
  static JobSpec endingEarly(JobSpec job, EarlyStopping stopping) {
    var training = (TrainingSpec) job.work();
    return job(
        job.name(),
        new TrainingSpec(
            training.dataset(),
            training.network(),
            training.objective(),
            training.optimizer(),
            training.learningRate(),
            training.schedule(),
            training.warmupSteps(),
            training.batch(),
            training.shards(),
            training.length(),
            training.seed(),
            training.register(),
            training.classWeights(),
            stopping));
  }

  /** Answers the rows that a training job held out. */
  static JobSpec inferHeldOut(JobSpec training, String model, String version) {
    return infer(((TrainingSpec) training.work()).dataset(), model, version);
  }

  /** A network for the quickstart's digits. */
  static JobSpec digits(
      SluiceClient client, List<Integer> input, List<Layer> layers, int epochs, String register)
      throws SluiceException, IOException {
    var training = (TrainingSpec) quickstart(client, epochs, register).work();
    return train(
        training.dataset(), new LayerStack(input, layers), training.objective(), epochs, register);
  }

  /** Two dense layers. */
  static List<Layer> dense(int hidden, int outputs) {
    return List.of(
        new Dense(hidden, true), new Activation(Function.RELU), new Dense(outputs, true));
  }

  static JobSpec train(
      DatasetSpec dataset, List<Layer> layers, Objective objective, int epochs, String register) {
    return train(dataset, new LayerStack(List.of(), layers), objective, epochs, register);
  }

  static JobSpec train(
      DatasetSpec dataset, Network network, Objective objective, int epochs, String register) {
    return job(
        "train " + register,
        new TrainingSpec(
            dataset,
            network,
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

  /** The same job, held until one of these lanes can run it. */
  static JobSpec heldFor(JobSpec job, String... lanes) {
    return new JobSpec(
        job.tenant(),
        job.name(),
        job.priority(),
        List.of(lanes),
        Unplaceable.HOLD,
        job.work(),
        PlacementWishes.NONE);
  }

  /** Answers the held-out rows. */
  static JobSpec infer(DatasetSpec dataset, String model, String version) {
    return job(
        "infer " + model,
        new InferenceSpec(model, version, rows(dataset, Rows.HOLDOUT), 256, List.of()));
  }

  /** Answers every row, so many in one pass. */
  static JobSpec inferAll(DatasetSpec dataset, String model, String version, int batch) {
    return job("infer " + model, new InferenceSpec(model, version, dataset, batch, List.of()));
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
    return new JobSpec(
        "default",
        name,
        Priority.NORMAL,
        List.of(),
        Unplaceable.REFUSE,
        work,
        PlacementWishes.NONE);
  }

  /** The same training, with other ways of exchanging gradients. */
  static JobSpec exchanging(
      JobSpec spec, int shards, SumEncoding encoding, @Nullable LocalSteps localSteps) {
    var training = (TrainingSpec) spec.work();
    return new JobSpec(
        spec.tenant(),
        spec.name(),
        spec.priority(),
        spec.lanes(),
        spec.unplaceable(),
        new TrainingSpec(
            training.dataset(),
            training.network(),
            training.objective(),
            training.optimizer(),
            training.learningRate(),
            training.schedule(),
            training.warmupSteps(),
            training.batch(),
            shards,
            training.length(),
            training.seed(),
            training.register(),
            training.classWeights(),
            training.earlyStopping(),
            encoding,
            localSteps),
        spec.wishes());
  }
}
