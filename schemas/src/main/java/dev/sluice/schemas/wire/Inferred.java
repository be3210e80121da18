package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * Rows were answered.
 *
 * @param range where the answers lie
 * @param labelled rows that count: those that carry a label, whether the model knows it or not; in
 *     regression those of which the error can be computed
 * @param correct of these, rows predicted right; classification only
 * @param squaredError sum of squared errors; regression only
 * @param absoluteError sum of absolute errors; regression only
 * @param computeMs time in the engine, in milliseconds
 * @param modelled what the modelled accelerator would have taken; null where none is modelled
 * @param faults rows without an answer, and labels that are not known
 * @param measured further sums over the labelled rows
 */
public record Inferred(
    ResultRange range,
    long labelled,
    long correct,
    double squaredError,
    double absoluteError,
    double computeMs,
    @Nullable Modelled modelled,
    RowFaults faults,
    Measured measured)
    implements Outcome {}
