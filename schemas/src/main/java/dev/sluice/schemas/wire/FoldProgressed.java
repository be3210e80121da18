package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * The fold's view of a job's progress, from the partition that holds block 0.
 *
 * @param jobId job id
 * @param generation generation of parameters published
 * @param loss mean loss per sample over the epoch, or the part of it, that ends here
 * @param samples samples folded since the start
 * @param validation what the parameters of the generation before are on the held-out rows; null:
 *     they were not measured
 * @param bestStep step whose parameters are the best so far; -1: training doesn't end early, or
 *     none were measured
 * @param keptStep step whose parameters this generation has, which is the last; -1: it isn't
 */
public record FoldProgressed(
    String jobId,
    long generation,
    double loss,
    long samples,
    @Nullable ValidationSums validation,
    long bestStep,
    long keptStep)
    implements JobEvent {}
