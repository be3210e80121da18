package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a training job is.
 *
 * @param round round of terms issued last
 * @param roundEnd end of that round's steps
 * @param paceStep step from which the pace is measured
 * @param paceSinceMs when that step was reached, or its work was begun, where all had waited
 * @param shards how far the shards are, in their order
 * @param stepsPerSecond steps per second as last measured, without waits in the lane; 0 before
 * @param generation generation of parameters, as the fold last said
 * @param loss mean loss as the fold last said; NaN before
 * @param samples samples folded, as the fold last said
 * @param startedMs when the first term was issued
 * @param finishedMs when the last generation was known; 0 before
 * @param computeMs time that workers spent computing gradients, in milliseconds
 * @param modelled what the modelled accelerators would have taken; null where none is modelled
 * @param validation what the held-out rows led to; null: they are not looked at
 */
public record TrainingProgress(
    long round,
    long roundEnd,
    long paceStep,
    long paceSinceMs,
    List<ShardRun> shards,
    double stepsPerSecond,
    long generation,
    double loss,
    long samples,
    long startedMs,
    long finishedMs,
    double computeMs,
    @Nullable Modelled modelled,
    @Nullable ValidationProgress validation) {
  public TrainingProgress {
    shards = List.copyOf(shards);
  }
}
