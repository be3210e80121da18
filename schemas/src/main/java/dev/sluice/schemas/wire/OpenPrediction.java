package dev.sluice.schemas.wire;

import java.util.regex.Pattern;
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
    implements StoredState {

  private static final Pattern LANE = Pattern.compile("[a-z0-9-]{0,64}");

  /** More attempts than any ledger makes. */
  private static final int ATTEMPTS_MAX = 1_000;

  /** Whether a ledger can have written it: what goes on from there relies on this. */
  public boolean isSound() {
    boolean known =
        switch (status) {
          case HELD, RESOLVING -> true;
          case RUNNING -> !lane.isEmpty() && version > 0 && attempt > 0;
          default -> false;
        };
    return known
        && spec.work() instanceof PredictionSpec
        && LANE.matcher(lane).matches()
        && version >= 0
        && attempt >= 0
        && attempt <= ATTEMPTS_MAX;
  }
}
