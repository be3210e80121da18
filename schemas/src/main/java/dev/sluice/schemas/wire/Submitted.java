package dev.sluice.schemas.wire;

/**
 * A job is asked for.
 *
 * @param jobId job id
 * @param bodyDigest digest of the request, so that a repeat with another body is seen; empty: not
 *     compared
 * @param spec the job
 */
public record Submitted(String jobId, String bodyDigest, JobSpec spec) implements JobEvent {

  /** The same in memory of its own, for whoever keeps it: what was read is a view of a fetch. */
  public Submitted detached() {
    return spec.work() instanceof PredictionSpec rows
        ? new Submitted(jobId, bodyDigest, spec.with(rows.detached()))
        : this;
  }
}
