package dev.sluice.schemas.wire;

/**
 * What measurements on held-out rows led to.
 *
 * @param bestStep steps done when the parameters were best; -1: training doesn't end early, or none
 *     were measured
 * @param keptStep steps done when the parameters were those that training gave; -1: it goes on
 */
public record ValidationProgress(long bestStep, long keptStep) {}
