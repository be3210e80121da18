package dev.sluice.worker.loop;

import java.lang.foreign.MemorySegment;

/**
 * What some shards contribute to a step.
 *
 * @param values sum of gradients, and of samples times state; binary32 in native order
 * @param samples number of samples
 * @param lossSum sum of their losses
 * @param finite whether every value is finite
 */
record ShardSum(MemorySegment values, long samples, double lossSum, boolean finite) {}
