package dev.sluice.schemas.wire;

/**
 * A training job is understood: what the fold and the terms need.
 *
 * @param dataset the data set
 * @param network the network
 * @param stepsPerEpoch optimizer steps in an epoch
 * @param steps optimizer steps in all
 */
public record TrainingPrepared(
    DatasetFacts dataset, NetworkFacts network, long stepsPerEpoch, long steps)
    implements Outcome {}
