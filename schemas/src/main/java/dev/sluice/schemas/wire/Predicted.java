package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * The rows of a job that has them itself were answered.
 *
 * @param answers the answers
 * @param computeMs this job's share of the time in the engine, in milliseconds
 * @param modelled what the modelled accelerator would have taken; null where none is modelled
 */
public record Predicted(RowAnswers answers, double computeMs, @Nullable Modelled modelled)
    implements Outcome {}
