package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What could not be processed.
 *
 * @param cause why
 * @param jobId job id; empty where it is not known
 * @param topic topic it came from; empty: a task that ran out of attempts
 * @param partition partition
 * @param offset offset
 * @param key key of the record
 * @param value value of the record, cut off at one mebibyte
 */
public record DeadLetter(
    Cause cause,
    String jobId,
    String topic,
    int partition,
    long offset,
    @Nullable ByteBuffer key,
    @Nullable ByteBuffer value) {}
