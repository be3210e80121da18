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
 * @param value value of the record, cut off at one mebibyte; of an unknown schema as much as fits
 * @param reason the kind of reason
 * @param bytes length of the record's value before it was cut off, in bytes; -1: it had none, or
 *     that is not known
 * @param redriven whether this says of an earlier letter about the same place that its record was
 *     written back to its topic
 */
public record DeadLetter(
    Cause cause,
    String jobId,
    String topic,
    int partition,
    long offset,
    @Nullable ByteBuffer key,
    @Nullable ByteBuffer value,
    DeadLetterReason reason,
    long bytes,
    boolean redriven) {

  /** A letter about what has no record of its own. */
  public static DeadLetter without(
      String topic, int partition, String jobId, DeadLetterReason reason, Cause cause) {
    return new DeadLetter(cause, jobId, topic, partition, -1, null, null, reason, -1, false);
  }
}
