package dev.sluice.producer.api;

import org.jspecify.annotations.Nullable;

/**
 * A lane.
 *
 * @param lane name
 * @param accelerator accelerator model
 * @param workersMin fewest workers an autoscaler keeps
 * @param workersMax most workers an autoscaler starts
 * @param workers workers heard of lately
 * @param jobsActive jobs placed here that are not finished
 * @param tasksOpen tasks that the ledger has dispatched here and heard nothing of
 * @param lag its queue; null before the first sample
 */
public record LaneView(
    String lane,
    String accelerator,
    int workersMin,
    int workersMax,
    int workers,
    int jobsActive,
    int tasksOpen,
    @Nullable QueueView lag) {}
