package dev.sluice.producer.spec;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What reading a job file came to. */
public sealed interface JobFileResult {

  /**
   * The job file is sound.
   *
   * @param spec the job; a digest of zeros stands for every file in files
   * @param files local files to upload, in document order; empty: the specification is complete
   */
  record Parsed(JobSpec spec, List<FileReference> files) implements JobFileResult {
    public Parsed {
      files = List.copyOf(files);
    }

    /**
     * The job with the digests of its files filled in.
     *
     * @param digests the digest of every file in files
     * @throws IllegalArgumentException if a digest is missing
     */
    public JobSpec resolve(Map<FileReference, String> digests) {
      for (FileReference file : files) {
        if (!digests.containsKey(file)) {
          throw new IllegalArgumentException("No digest was given for " + file + ".");
        }
      }
      Work work =
          switch (spec.work()) {
            case TrainingSpec training -> resolve(training, digests);
            case InferenceSpec inference ->
                new InferenceSpec(
                    inference.model(),
                    inference.version(),
                    resolve(inference.dataset(), digests),
                    inference.batch(),
                    inference.columns());
            case QuantisationSpec quantisation ->
                new QuantisationSpec(
                    quantisation.model(),
                    quantisation.version(),
                    quantisation.format(),
                    resolve(quantisation.dataset(), digests),
                    quantisation.rows(),
                    quantisation.register());
            case PredictionSpec prediction -> prediction;
          };
      return new JobSpec(
          spec.tenant(),
          spec.name(),
          spec.priority(),
          spec.lanes(),
          spec.unplaceable(),
          work,
          spec.wishes());
    }

    private TrainingSpec resolve(TrainingSpec job, Map<FileReference, String> digests) {
      String script = digest(Paths.TORCHSCRIPT, digests);
      return new TrainingSpec(
          resolve(job.dataset(), digests),
          job.network() instanceof TorchScript(String artifact, var input)
              ? new TorchScript(script == null ? artifact : script, input)
              : job.network(),
          job.objective(),
          job.optimizer(),
          job.learningRate(),
          job.schedule(),
          job.warmupSteps(),
          job.batch(),
          job.shards(),
          job.length(),
          job.seed(),
          job.register(),
          job.classWeights(),
          job.earlyStopping(),
          job.encoding(),
          job.localSteps(),
          job.clipNorm());
    }

    private DatasetSpec resolve(DatasetSpec dataset, Map<FileReference, String> digests) {
      String file = digest(Paths.DATASET_FILE, digests);
      String holdout = digest(Paths.HOLDOUT_FILE, digests);
      return dataset.withFiles(
          file == null ? dataset.artifact() : file,
          holdout == null ? dataset.holdoutArtifact() : holdout);
    }

    private @Nullable String digest(String where, Map<FileReference, String> digests) {
      return files.stream()
          .filter(file -> file.where().equals(where))
          .findFirst()
          .map(digests::get)
          .orElse(null);
    }
  }

  /**
   * The job file is not sound.
   *
   * @param problems everything that is wrong with it; a bounded number, then how many more there
   *     are
   */
  record Invalid(List<Cause> problems) implements JobFileResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
