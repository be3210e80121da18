package dev.sluice.schemas.wire;

/**
 * The fold's view of a job's progress, from the partition that holds block 0.
 *
 * @param jobId job id
 * @param generation generation of parameters published
 * @param loss mean loss per sample over the epoch, or the part of it, that ends here
 * @param samples samples folded since the start
 */
public record FoldProgressed(String jobId, long generation, double loss, long samples)
    implements JobEvent {}
