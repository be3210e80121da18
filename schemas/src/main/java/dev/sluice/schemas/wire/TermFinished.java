package dev.sluice.schemas.wire;

/**
 * A term ended.
 *
 * @param reachedStep first step to which this group has not contributed
 * @param steps steps that this worker computed
 * @param samples samples that this worker computed gradients for
 * @param computeMs time spent computing gradients, in milliseconds
 */
public record TermFinished(long reachedStep, long steps, long samples, long computeMs)
    implements Outcome {}
