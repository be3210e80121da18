package dev.sluice.producer.view;

import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.TaskKind;
import java.util.List;

/** Jobs that have their rows themselves, as all others are shown. */
public final class PredictionJobs {

  /** The one task of such a job. */
  private static final String TASK = "rows";

  private PredictionJobs() {}

  /** One that has not ended. */
  public static Job of(OpenPrediction job) {
    var task = OpenTask.first(TASK, TaskKind.INFER, job.updatedMs(), 0, 0, 0, 0, 0);
    for (int attempt = 1; attempt < job.attempt(); attempt++) {
      task = task.again(job.updatedMs());
    }
    return new Job(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        job.status(),
        job.submittedMs(),
        job.updatedMs(),
        0,
        List.of(),
        job.lane(),
        1,
        job.status() == JobStatus.RUNNING ? List.of(task) : List.of(),
        null,
        null,
        null,
        job.cause(),
        null,
        null,
        FactDigests.NONE);
  }

  /** One that has ended. */
  public static Job of(EndedPrediction job) {
    return new Job(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        job.status(),
        job.submittedMs(),
        job.finishedMs(),
        job.finishedMs(),
        List.of(),
        job.lane(),
        1,
        List.of(),
        null,
        null,
        null,
        job.cause(),
        null,
        null,
        FactDigests.NONE);
  }
}
