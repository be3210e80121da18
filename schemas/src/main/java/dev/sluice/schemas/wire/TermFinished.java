package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * A term ended.
 *
 * @param reachedStep first step to which this group has not contributed
 * @param steps steps that this worker computed
 * @param samples samples that this worker computed gradients for
 * @param computeMs time spent computing gradients, in milliseconds
 * @param modelled what the modelled accelerator would have taken; null where none is modelled
 */
public record TermFinished(
    long reachedStep, long steps, long samples, long computeMs, @Nullable Modelled modelled)
    implements Outcome {}
