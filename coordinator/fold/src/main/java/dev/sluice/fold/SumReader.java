package dev.sluice.fold;

import dev.sluice.schemas.wire.SumFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads what {@link SumCodec} writes, piece by piece. Its room is written over with each: for one
 * thread.
 */
public final class SumReader {

  /** Elements of a piece at most; whole chunks of a format with scales. */
  public static final int FLOATS = 512;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOATS_OF =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final long[] pairs = new long[FLOATS / 2];
  private final MemorySegment pairsAsFloats = MemorySegment.ofArray(pairs);

  /**
   * A block's sum as it came.
   *
   * @param bytes what it is in; not written to
   * @param segment the same
   * @param offset where in these it begins
   */
  @SuppressWarnings("ArrayRecordComponent") // a block of a megabyte is not boxed; never compared
  public record Encoded(byte[] bytes, MemorySegment segment, int offset) {

    /** A sum that begins at a byte of an array. */
    public static Encoded of(byte[] bytes, int offset) {
      return new Encoded(bytes, MemorySegment.ofArray(bytes), offset);
    }

    /** Where an element is, in binary32. */
    int byteOf(int element) {
      return offset + element * Float.BYTES;
    }
  }

  /**
   * Reads elements [from, to) of a block's sum into the beginning of an array.
   *
   * @param trained elements of the block that are in the format; the others are in binary32
   * @param from a multiple of {@link #FLOATS}
   * @param to at most {@link #FLOATS} more
   */
  public void read(SumFormat format, Encoded sum, int trained, int from, int to, float[] values) {
    byte[] bytes = sum.bytes;
    int offset = sum.offset;
    int formatted = format == SumFormat.FP32 ? 0 : Math.clamp(trained - from, 0, to - from);
    switch (format) {
      case FP32 -> {}
      case BF16 -> halves(bytes, offset + from * Short.BYTES, values, formatted);
      case INT8 -> scaled(bytes, offset, trained, from, values, formatted);
    }
    int plain = to - from - formatted;
    if (plain > 0) {
      int first = from + formatted;
      int at =
          format == SumFormat.FP32
              ? first * Float.BYTES
              : SumCodec.bytes(format, trained, trained) + (first - trained) * Float.BYTES;
      MemorySegment.copy(sum.segment, FLOAT, offset + at, values, formatted, plain);
    }
  }

  /**
   * Two numbers at a time, as the two halves of a long: such a loop becomes vector instructions,
   * one that makes each a float does not.
   */
  private void halves(byte[] bytes, int at, float[] values, int length) {
    int whole = length / 2;
    widen(bytes, at, pairs, whole);
    MemorySegment.copy(pairsAsFloats, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, 2 * whole);
    if (length % 2 != 0) {
      int last = length - 1;
      short upper = (short) SHORTS.get(bytes, at + last * Short.BYTES);
      values[last] = Float.intBitsToFloat(upper << Short.SIZE);
    }
  }

  private static void widen(byte[] bytes, int at, long[] pairs, int length) {
    for (int i = 0; i < length; i++) {
      long both = (int) INTS.get(bytes, at + i * Integer.BYTES);
      pairs[i] = (both << Short.SIZE & 0xffff0000L) | (both & 0xffff0000L) << Integer.SIZE;
    }
  }

  private static void scaled(
      byte[] bytes, int offset, int trained, int from, float[] values, int length) {
    int numbers = offset + SumCodec.chunks(trained) * Float.BYTES + from;
    for (int at = 0; at < length; at += SumCodec.CHUNK) {
      int scale = offset + (from + at) / SumCodec.CHUNK * Float.BYTES;
      multiply(
          bytes,
          numbers + at,
          (float) FLOATS_OF.get(bytes, scale),
          values,
          at,
          Math.min(SumCodec.CHUNK, length - at));
    }
  }

  private static void multiply(
      byte[] bytes, int from, float scale, float[] values, int at, int length) {
    for (int i = 0; i < length; i++) {
      values[at + i] = bytes[from + i] * scale;
    }
  }
}
