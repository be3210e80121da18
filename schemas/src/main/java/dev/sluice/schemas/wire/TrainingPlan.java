package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a training job is, once a worker has read data and network.
 *
 * @param prepared what was prepared
 * @param engine engine fingerprint that every worker of this job must have
 * @param foldVersion version of the fold's arithmetic
 * @param validation when parameters are measured on held-out rows; null: never
 * @param workersFold whether the job's workers fold for themselves
 * @param encoding in how many bits sums of gradients travel
 */
public record TrainingPlan(
    TrainingPrepared prepared,
    String engine,
    int foldVersion,
    @Nullable ValidationPlan validation,
    boolean workersFold,
    SumEncoding encoding)
    implements JobFact {}
