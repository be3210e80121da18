package dev.sluice.worker.training;

import dev.sluice.schemas.topics.Topic;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.TreeMap;

/**
 * How a flat vector is cut into blocks.
 *
 * @param floats its length
 * @param blockFloats values in a block; the last one may hold fewer
 */
public record Blocks(long floats, int blockFloats) {

  /** As all vectors are cut on the wire. */
  public static Blocks of(long floats) {
    return new Blocks(floats, Topic.BLOCK_FLOATS);
  }

  /** Number of blocks, at least 1. */
  public int count() {
    return Math.toIntExact(Math.max(1, Math.ceilDiv(floats, (long) blockFloats)));
  }

  /** Where a block begins in the vector, in bytes. */
  public long fromByte(int block) {
    return (long) block * blockFloats * Float.BYTES;
  }

  /** Values in a block. */
  public int floats(int block) {
    return (int) Math.min(blockFloats, floats - (long) block * blockFloats);
  }

  /** Length of a block, in bytes. */
  public int bytes(int block) {
    return floats(block) * Float.BYTES;
  }

  /** Room for any block's values. */
  public byte[] room() {
    return new byte[bytes(0)];
  }

  /**
   * A copy of a block's values: binary32 in native order.
   *
   * @param room where the copy is: what was in it before is gone
   */
  public ByteBuffer payload(MemorySegment vector, int block, byte[] room) {
    MemorySegment.copy(vector, ValueLayout.JAVA_BYTE, fromByte(block), room, 0, bytes(block));
    return ByteBuffer.wrap(room, 0, bytes(block));
  }

  /**
   * One block in each partition that holds any of a job's.
   *
   * @param partitions partitions of the topic
   */
  public Collection<Integer> inEachPartition(String jobId, int partitions) {
    var first = new TreeMap<Integer, Integer>();
    for (int block = 0; block < count(); block++) {
      first.putIfAbsent(Topic.partition(Topic.blockKey(jobId, block), partitions), block);
    }
    return first.values();
  }
}
