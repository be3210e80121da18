package dev.sluice.schemas.wire;

/**
 * Parameters as measured on all held-out rows.
 *
 * @param step steps done when they were
 * @param loss mean of the objective over rows; NaN or infinite where answers are
 * @param score accuracy of a classification, root of the mean squared error of a regression
 */
public record ValidationPoint(long step, double loss, double score) {}
