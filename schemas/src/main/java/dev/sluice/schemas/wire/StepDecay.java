package dev.sluice.schemas.wire;

/**
 * The learning rate is multiplied by factor after every so many epochs.
 *
 * @param everyEpochs epochs between two multiplications
 * @param factor the multiplier, in (0, 1]
 */
public record StepDecay(int everyEpochs, double factor) implements Schedule {}
