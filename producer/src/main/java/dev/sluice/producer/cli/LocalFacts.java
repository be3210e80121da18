package dev.sluice.producer.cli;

import dev.sluice.jobs.dataset.ClassWeighting;
import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.jobs.dataset.DatasetResult;
import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.producer.spec.FileReference;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a worker would find of a training job, found here: its data set is read and its network
 * fitted to it. Only what is on this machine can be looked at.
 */
final class LocalFacts {

  private LocalFacts() {}

  /** What was found, or everything that is wrong; neither where it can't be looked at here. */
  record Found(Optional<TrainingPrepared> prepared, List<Cause> problems) {

    static final Found NOTHING = new Found(Optional.empty(), List.of());

    Found {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Looks at a training job.
   *
   * @param files paths of the files that the job names, by where it names them
   * @throws IOException where a file can't be read
   */
  static Found of(TrainingSpec spec, Map<String, Path> files) throws IOException {
    var data = files.get(FileReference.DATASET);
    var holdout = files.get(FileReference.HOLDOUT);
    boolean elsewhere = spec.dataset().holdoutArtifact() != null && holdout == null;
    if (data == null || elsewhere || !(spec.network() instanceof LayerStack stack)) {
      return Found.NOTHING;
    }
    var loaded =
        Dataset.forTraining(
            spec.dataset(),
            Files.readAllBytes(data),
            holdout == null ? null : Files.readAllBytes(holdout));
    return switch (loaded) {
      case DatasetResult.Invalid(var problems) -> new Found(Optional.empty(), problems);
      case DatasetResult.Loaded(var dataset) -> fitted(spec, stack, dataset);
    };
  }

  private static Found fitted(TrainingSpec spec, LayerStack stack, Dataset dataset) {
    return switch (NetworkShapes.infer(stack, dataset.features())) {
      case NetworkResult.DoesNotFit(var problems) -> new Found(Optional.empty(), problems);
      case NetworkResult.Fits(var plan) -> {
        var weighting = ClassWeighting.of(spec.classWeights(), dataset);
        var problems = new ArrayList<>(weighting.problems());
        problems.addAll(
            NetworkShapes.checkOutputs(
                plan.outputs(),
                spec.objective(),
                spec.dataset().target(),
                dataset.classes().size()));
        var network =
            new NetworkFacts(
                stack,
                plan.input(),
                plan.outputs(),
                spec.objective(),
                dataset.classes(),
                dataset.featureNames(),
                dataset.featureScale(),
                dataset.targetScale(),
                plan.tensors(),
                plan.parameters(),
                plan.floats(),
                weighting.weights(),
                dataset.columns());
        ModelRecord.objection(network).ifPresent(problems::add);
        int rows = dataset.training().size();
        var rounds = rows == 0 ? new Rounds(1, 0, 1) : Rounds.of(spec, rows);
        yield problems.isEmpty()
            ? new Found(
                Optional.of(
                    new TrainingPrepared(
                        new DatasetFacts(
                            spec.dataset().artifact(),
                            rows,
                            dataset.holdout().size(),
                            rows,
                            dataset.dropped()),
                        network,
                        rows == 0 ? 0 : rounds.perEpoch(),
                        rounds.count())),
                List.of())
            : new Found(Optional.empty(), problems);
      }
    };
  }
}
