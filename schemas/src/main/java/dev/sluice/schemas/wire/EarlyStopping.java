package dev.sluice.schemas.wire;

/**
 * Training ends once the held-out rows show no gain for a while, and gives the best parameters.
 *
 * @param patience epochs without a gain after which it ends
 * @param metric what is looked at
 * @param minDelta by how much a value must be better than the best before to count as a gain
 */
public record EarlyStopping(int patience, ValidationMetric metric, double minDelta) {}
