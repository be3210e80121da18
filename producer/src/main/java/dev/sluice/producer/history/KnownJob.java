package dev.sluice.producer.history;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.view.Manifest;
import dev.sluice.producer.view.PredictionJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import org.jspecify.annotations.Nullable;

/**
 * A job and where its results lie.
 *
 * @param job everything about it
 * @param manifest its results, as far as they are reported
 * @param prediction how it has ended, where it had its rows itself; null: it has not, or had none
 */
public record KnownJob(Job job, Manifest manifest, @Nullable EndedPrediction prediction) {

  /** A job whose rows, if any, are in a data set. */
  public KnownJob(Job job, Manifest manifest) {
    this(job, manifest, null);
  }

  /** A job that had its rows itself and has ended. */
  public static KnownJob of(EndedPrediction ended) {
    return new KnownJob(PredictionJobs.of(ended), Manifest.EMPTY, ended);
  }
}
