package dev.sluice.jobs.state;

import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TrainingSpec;

/**
 * Whether a ledger can have written a job as it is stored. Who can write to {@code
 * sluice.job-states} can store anything under a job's key, and what goes on from there relies on
 * this.
 */
final class Soundness {

  private Soundness() {}

  /** Of a job that has ended nothing is asked: nothing goes on from it. */
  static boolean holds(Job job) {
    return switch (job.status()) {
      case SUCCEEDED, FAILED, CANCELLED, REFUSED -> true;
      case HELD, RESOLVING, PREPARING, RUNNING, EXPORTING, REGISTERING ->
          isWork(job) && (job.status() != JobStatus.REGISTERING || job.model() != null);
    };
  }

  private static boolean isWork(Job job) {
    return switch (job.spec().work()) {
      case TrainingSpec spec -> job.inference() == null && trains(job, spec.shards());
      case InferenceSpec _ ->
          job.training() == null
              && job.open().stream()
                  .allMatch(
                      task ->
                          job.inference() != null
                              && (task.kind() == TaskKind.PREPARE
                                  || task.kind() == TaskKind.INFER));
      case PredictionSpec _ -> false; // has a record of its own
      case QuantisationSpec _ ->
          job.training() == null
              && job.inference() == null
              && job.open().stream().allMatch(task -> task.kind() == TaskKind.QUANTISE);
    };
  }

  private static boolean trains(Job job, int shards) {
    var training = job.training();
    return (training == null || training.shardSteps().size() == shards)
        && job.open().stream()
            .allMatch(
                task ->
                    switch (task.kind()) {
                      case PREPARE -> true;
                      case TERM -> training != null && isGroup(task, shards);
                      case EXPORT -> training != null;
                      case INFER, QUANTISE -> false;
                    });
  }

  private static boolean isGroup(OpenTask task, int shards) {
    return task.from() >= 0
        && task.count() >= 1
        && task.count() <= shards
        && task.from() <= shards - task.count()
        && task.fromStep() < task.toStep();
  }
}
