package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.jobs.dataset.DatasetResult;
import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Rows;
import org.jspecify.annotations.Nullable;

/** Data sets as jobs read them; those used last stay in memory. For one thread. */
public final class Datasets {

  private static final int DATASETS_MAX = 8;

  /** Feature values are kept as read and as scaled. */
  private static final long COPIES = 2;

  private record Key(DatasetSpec spec, @Nullable NetworkFacts model) {}

  private final Files files;
  private final RecentlyUsed<Key, Dataset> recent;

  /**
   * @param files where files are
   * @param bytesMax most bytes of data sets to keep beside the one in use
   */
  public Datasets(Files files, long bytesMax) {
    this.files = files;
    this.recent = new RecentlyUsed<>(DATASETS_MAX, bytesMax, Datasets::bytes, dataset -> {});
  }

  /**
   * A data set to train on.
   *
   * @throws TaskProblem where it cannot be read
   * @throws ArtifactMissing where its file is not stored
   */
  public Dataset forTraining(DatasetSpec spec) throws TaskProblem, ArtifactMissing {
    return load(new Key(spec, null));
  }

  /**
   * A data set to be answered by a model.
   *
   * @throws TaskProblem where it cannot be read
   * @throws ArtifactMissing where its file is not stored
   */
  public Dataset forInference(DatasetSpec spec, NetworkFacts model)
      throws TaskProblem, ArtifactMissing {
    return load(new Key(spec, model));
  }

  private Dataset load(Key key) throws TaskProblem, ArtifactMissing {
    var kept = recent.get(key);
    if (kept.isPresent()) {
      return kept.get();
    }
    var file = files.get(key.spec.artifact());
    var holdoutDigest = key.spec.holdoutArtifact();
    var holdout = holdoutDigest == null ? null : files.get(holdoutDigest);
    var model = key.model;
    var result =
        model == null
            ? Dataset.forTraining(key.spec, file, holdout)
            : Dataset.forInference(key.spec, file, holdout, model);
    return switch (result) {
      case DatasetResult.Loaded(var dataset) -> {
        recent.put(key, dataset);
        yield dataset;
      }
      case DatasetResult.Invalid(var problems) -> throw TaskProblem.badInput(problems);
    };
  }

  private static long bytes(Dataset dataset) {
    long rows = (long) dataset.rows(Rows.ALL).size() + dataset.holdout().size();
    return rows * Math.max(1, dataset.features()) * Float.BYTES * COPIES;
  }
}
