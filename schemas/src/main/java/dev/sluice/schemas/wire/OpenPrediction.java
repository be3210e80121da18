package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * A job that has its rows itself and has not ended. The rows stay where it was submitted.
 *
 * @param jobId job id
 * @param bodyDigest SHA-256 of the submitted document, as in {@link Submitted}
 * @param spec what was asked for, without the rows
 * @param status HELD, RESOLVING or RUNNING
 * @param submittedMs when it was submitted
 * @param updatedMs when it last changed; RUNNING: when its task was dispatched
 * @param offset where the partition of {@code sluice.jobs} has it
 * @param version number of the model version; 0: not resolved yet
 * @param lane the lane its task waits in; empty: it has none yet
 * @param attempt attempt of its task, from 1; 0: none was dispatched
 * @param cause HELD: why
 */
public record OpenPrediction(
    String jobId,
    String bodyDigest,
    JobSpec spec,
    JobStatus status,
    long submittedMs,
    long updatedMs,
    long offset,
    int version,
    String lane,
    int attempt,
    @Nullable Cause cause)
    implements StoredState {}
