package dev.sluice.worker.training;

import dev.sluice.fold.Rounding;
import dev.sluice.fold.SumCodec;
import dev.sluice.schemas.wire.SumFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * The blocks of a job's sums, in the format in which they travel. Its rooms are written over with
 * each block: for one thread.
 */
public final class BlockSums {

  private final Blocks blocks;
  private final long parameters;
  private final Rounding rounding;
  private final byte[] room;
  private final float[] values;

  /**
   * @param blocks how vectors are cut
   * @param parameters length of a vector's trained part
   * @param rounding which sums are rounded
   */
  public BlockSums(Blocks blocks, long parameters, Rounding rounding) {
    this.blocks = blocks;
    this.parameters = parameters;
    this.rounding = rounding;
    // One trained value beside others that stay as they are takes a scale and a byte for its four.
    room = new byte[blocks.room().length + 1];
    values = new float[rounding.equals(Rounding.NONE) ? 0 : blocks.floats(0)];
  }

  /** How vectors are cut. */
  public Blocks blocks() {
    return blocks;
  }

  /** How the sum of so many shards travels. */
  public SumFormat formatOf(int shards) {
    return rounding.formatOf(shards);
  }

  /** Whether the sum of so many shards is a sum of rounded ones. */
  public boolean hasRounded(int shards) {
    return rounding.shards() > 0 && rounding.shards() < shards;
  }

  /**
   * A copy of a block as it travels; the next one is written over it.
   *
   * @param vector binary32 in native order
   */
  public ByteBuffer payload(MemorySegment vector, int block, SumFormat format) {
    if (format == SumFormat.FP32) {
      return blocks.payload(vector, block, room);
    }
    int floats = blocks.floats(block);
    read(vector, block, floats);
    SumCodec.encode(format, values, trained(block), floats, room);
    return ByteBuffer.wrap(room, 0, SumCodec.bytes(format, trained(block), floats));
  }

  /**
   * Rounds a sum where those of so many shards are rounded.
   *
   * @param vector binary32 in native order, changed
   */
  public void round(MemorySegment vector, int shards) {
    if (!rounding.rounds(shards)) {
      return;
    }
    for (int block = 0; block < blocks.count(); block++) {
      int trained = trained(block);
      read(vector, block, trained);
      SumCodec.round(rounding.format(), values, trained);
      MemorySegment.copy(
          values, 0, vector, ValueLayout.JAVA_FLOAT, blocks.fromByte(block), trained);
    }
  }

  private void read(MemorySegment vector, int block, int floats) {
    MemorySegment.copy(vector, ValueLayout.JAVA_FLOAT, blocks.fromByte(block), values, 0, floats);
  }

  private int trained(int block) {
    long from = (long) block * blocks.blockFloats();
    return Math.clamp(parameters - from, 0, blocks.floats(block));
  }
}
