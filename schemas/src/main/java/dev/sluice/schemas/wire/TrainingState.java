package dev.sluice.schemas.wire;

import java.util.List;

/**
 * How far a training job is.
 *
 * @param prepared what was prepared
 * @param engine engine fingerprint that every worker of this job must have
 * @param foldVersion version of the fold's arithmetic
 * @param round round of terms issued last
 * @param roundEnd end of that round's steps
 * @param paceStep step from which the pace is measured
 * @param paceSinceMs when that step was reached
 * @param shardSteps first step that each shard has not contributed to, as far as reported
 * @param stepsPerSecond steps per second as last measured; 0 before
 * @param generation generation of parameters, as the fold last said
 * @param loss mean loss as the fold last said; NaN before
 * @param samples samples folded, as the fold last said
 * @param startedMs when the first term was issued
 * @param finishedMs when the last generation was known; 0 before
 */
public record TrainingState(
    TrainingPrepared prepared,
    String engine,
    int foldVersion,
    long round,
    long roundEnd,
    long paceStep,
    long paceSinceMs,
    List<Long> shardSteps,
    double stepsPerSecond,
    long generation,
    double loss,
    long samples,
    long startedMs,
    long finishedMs) {
  public TrainingState {
    shardSteps = List.copyOf(shardSteps);
  }
}
