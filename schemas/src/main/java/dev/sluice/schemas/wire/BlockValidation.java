package dev.sluice.schemas.wire;

/**
 * What a block's fold keeps of measurements on held-out rows.
 *
 * @param best the best value so far; NaN: none
 * @param bestStep step whose parameters have it; -1: none
 * @param withoutGain measurements since then
 * @param closed whether the fold has come to its end
 */
public record BlockValidation(double best, long bestStep, int withoutGain, boolean closed) {}
