package dev.sluice.schemas.wire;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment
 * @param weightDecay share of a parameter, times the learning rate, that each step removes
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {}
