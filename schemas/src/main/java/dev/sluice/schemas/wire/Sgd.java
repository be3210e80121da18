package dev.sluice.schemas.wire;

/**
 * Stochastic gradient descent; PyTorch's update rule.
 *
 * @param momentum weight of the previous update, in [0, 1)
 * @param nesterov whether the gradient is taken ahead along the momentum
 * @param weightDecay L2 penalty added to the gradient
 */
public record Sgd(double momentum, boolean nesterov, double weightDecay) implements Optimizer {}
