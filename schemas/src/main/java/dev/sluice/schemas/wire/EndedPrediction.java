package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * A job that had its rows itself, as it has ended, with its answers.
 *
 * @param jobId job id
 * @param bodyDigest SHA-256 of the submitted document, as in {@link Submitted}
 * @param spec what was asked for, without the rows
 * @param status SUCCEEDED, FAILED, CANCELLED or REFUSED
 * @param cause why it has not succeeded; null: it has
 * @param submittedMs when it was submitted
 * @param finishedMs when it ended
 * @param version number of the model version; 0: none was found
 * @param lane the lane that answered; empty: none
 * @param attempts attempts of its task
 * @param worker the worker that answered; empty: none
 * @param engine its engine
 * @param predicted what it answered; null: nothing
 */
public record EndedPrediction(
    String jobId,
    String bodyDigest,
    JobSpec spec,
    JobStatus status,
    @Nullable Cause cause,
    long submittedMs,
    long finishedMs,
    int version,
    String lane,
    int attempts,
    String worker,
    String engine,
    @Nullable Predicted predicted) {

  /** The same in memory of its own, for whoever keeps it: what was read is a view of a fetch. */
  public EndedPrediction detached() {
    return predicted == null
        ? this
        : new EndedPrediction(
            jobId,
            bodyDigest,
            spec,
            status,
            cause,
            submittedMs,
            finishedMs,
            version,
            lane,
            attempts,
            worker,
            engine,
            new Predicted(
                predicted.answers().detached(), predicted.computeMs(), predicted.modelled()));
  }
}
