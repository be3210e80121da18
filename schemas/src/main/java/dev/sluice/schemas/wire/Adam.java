package dev.sluice.schemas.wire;

/**
 * Adam (Kingma and Ba, arXiv 1412.6980); weight decay is added to the gradient.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment
 * @param weightDecay L2 penalty added to the gradient
 */
public record Adam(double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {}
