package dev.sluice.worker.engine;

/**
 * What came with a gradient.
 *
 * @param lossSum sum of the losses of the samples
 * @param finite whether the loss and every element of the gradient are finite
 */
public record GradientSum(double lossSum, boolean finite) {}
