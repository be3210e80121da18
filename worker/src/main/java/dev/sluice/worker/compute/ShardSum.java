package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.ValidationSums;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What some shards contribute to a step.
 *
 * @param values sum of gradients, and of samples times state; binary32 in native order
 * @param samples number of samples
 * @param lossSum sum of their losses
 * @param finite whether every value is finite
 * @param validation what the parameters are on the held-out rows of these shards; null: they were
 *     not measured
 */
public record ShardSum(
    MemorySegment values,
    long samples,
    double lossSum,
    boolean finite,
    @Nullable ValidationSums validation) {

  /** What both contribute, with the sum of their values. */
  public ShardSum plus(ShardSum right, MemorySegment sum) {
    return new ShardSum(
        sum,
        samples + right.samples,
        lossSum + right.lossSum,
        finite && right.finite,
        validation == null || right.validation == null ? null : validation.plus(right.validation));
  }
}
