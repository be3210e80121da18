package dev.sluice.fold;

import dev.sluice.schemas.wire.SumFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Sums as they travel. The first elements of a block, which are trained, are in the given format;
 * those behind them are statistics, and always in binary32.
 *
 * <p>A sum that was rounded and one that was written and read again are the same bits.
 *
 * <ul>
 *   <li>bf16 keeps the upper 16 bits, rounded to the nearest, ties to even. What is beyond its
 *       range (3.39e38) becomes infinite, so that the training ends as diverged.
 *   <li>int8 has a scale for each chunk of 256 elements, the greatest magnitude divided by 127, and
 *       of each element the nearest multiple of it, ties to even. A chunk that has one element that
 *       is not finite is not finite altogether. First come all scales, then all numbers.
 * </ul>
 */
public final class SumCodec {

  /** Elements that share a scale. */
  static final int CHUNK = 256;

  private static final int STEPS = 127;
  private static final int EXPONENT = 0x7f800000;
  private static final int MAGNITUDE = 0x7fffffff;

  /** Added to a number up to 2^22 it leaves the nearest whole number in the lowest bits. */
  private static final float TO_WHOLE = 0x1.8p23f;

  private static final int TO_WHOLE_BITS = Float.floatToRawIntBits(TO_WHOLE);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private SumCodec() {}

  /**
   * Length of a block's sum in bytes.
   *
   * @param trained elements in the format
   * @param floats elements in all
   */
  public static int bytes(SumFormat format, int trained, int floats) {
    int encoded =
        switch (format) {
          case FP32 -> trained * Float.BYTES;
          case BF16 -> trained * Short.BYTES;
          case INT8 -> chunks(trained) * Float.BYTES + trained;
        };
    return encoded + (floats - trained) * Float.BYTES;
  }

  static int chunks(int elements) {
    return Math.ceilDiv(elements, CHUNK);
  }

  /**
   * Writes a block's sum.
   *
   * @param values elements [0, floats)
   * @param room where they are written, from its beginning on
   */
  public static void encode(
      SumFormat format, float[] values, int trained, int floats, byte[] room) {
    var out = MemorySegment.ofArray(room);
    switch (format) {
      case FP32 -> writeFloats(values, 0, trained, out, 0);
      case BF16 -> {
        for (int i = 0; i < trained; i++) {
          out.set(SHORT, (long) i * Short.BYTES, (short) upperHalf(values[i]));
        }
      }
      case INT8 -> {
        long numbers = (long) chunks(trained) * Float.BYTES;
        for (int from = 0; from < trained; from += CHUNK) {
          int to = Math.min(trained, from + CHUNK);
          float scale = scale(values, from, to);
          out.set(FLOAT, (long) from / CHUNK * Float.BYTES, scale);
          boolean none = !(scale > 0);
          for (int i = from; i < to; i++) {
            out.set(
                ValueLayout.JAVA_BYTE, numbers + i, (byte) (none ? 0 : multiple(values[i], scale)));
          }
        }
      }
    }
    writeFloats(values, trained, floats, out, bytes(format, trained, trained));
  }

  private static void writeFloats(float[] values, int from, int to, MemorySegment out, long at) {
    MemorySegment.copy(values, from, out, FLOAT, at, to - from);
  }

  /**
   * Rounds a block's sum to what is left of it when it was written and read again.
   *
   * @param values elements; those from trained on stay as they are
   */
  public static void round(SumFormat format, float[] values, int trained) {
    switch (format) {
      case FP32 -> {}
      case BF16 -> {
        for (int i = 0; i < trained; i++) {
          values[i] = Float.intBitsToFloat(upperHalf(values[i]) << Short.SIZE);
        }
      }
      case INT8 -> {
        for (int from = 0; from < trained; from += CHUNK) {
          int to = Math.min(trained, from + CHUNK);
          float scale = scale(values, from, to);
          if (scale > 0) {
            for (int i = from; i < to; i++) {
              values[i] = multiple(values[i], scale) * scale;
            }
          } else {
            Arrays.fill(values, from, to, 0 * scale);
          }
        }
      }
    }
  }

  private static int upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
    // What is no number stays none; adding to it could make it a zero.
    return (bits & MAGNITUDE) > EXPONENT ? bits >>> 16 | 0x40 : rounded;
  }

  /** Of a chunk; 0 where all of it is less than can be scaled, NaN where some is not finite. */
  private static float scale(float[] values, int from, int to) {
    int greatest = 0;
    for (int i = from; i < to; i++) {
      greatest = Math.max(greatest, Float.floatToRawIntBits(values[i]) & MAGNITUDE);
    }
    return greatest >= EXPONENT ? Float.NaN : Float.intBitsToFloat(greatest) / STEPS;
  }

  /** A scale near the least there is has few bits, and may be much too small. */
  private static int multiple(float value, float scale) {
    int whole = Float.floatToRawIntBits(value / scale + TO_WHOLE) - TO_WHOLE_BITS;
    return Math.max(-STEPS, Math.min(STEPS, whole));
  }
}
