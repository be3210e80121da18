package dev.sluice.schemas.wire;

/**
 * Which facts of a job a record refers to, by their digests as in {@code sluice.job-facts}; 0:
 * there are none.
 *
 * @param spec what was asked for
 * @param verdicts the verdicts of lanes
 * @param found what was found out: a model version, or data and network
 * @param made the model that was made
 * @param cause why it failed, was refused, is held or was cancelled
 */
public record FactDigests(long spec, long verdicts, long found, long made, long cause) {

  /** Nothing is known. */
  public static final FactDigests NONE = new FactDigests(0, 0, 0, 0, 0);
}
