package dev.sluice.fold;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Pieces of vectors that stay in the first level of a processor's cache, and the loops over them.
 *
 * <p>What is in memory is read once, several contributions at a time: one after the other, each
 * piece would wait for its first bytes. The compiler makes no vector instructions of loops that
 * read floats from bytes; of such loops one over four contributions is the fastest. It does make
 * them of loops over arrays of floats, where all have the same index.
 */
final class VectorPieces {

  /** Elements that are summed at a time. */
  static final int FLOATS = SumReader.FLOATS;

  /** Elements that an optimizer updates at a time. */
  static final int UPDATED = 8 * FLOATS;

  private static final int EXPONENT = 0x7f800000;

  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final SumReader reader = new SumReader();
  private final int[] bits = new int[UPDATED];
  private float[][] scratch = new float[0][];

  /** Room for a piece; each level of a tree has its own. */
  float[] at(int depth) {
    if (depth >= scratch.length) {
      int known = scratch.length;
      scratch = Arrays.copyOf(scratch, depth + 1);
      for (int i = known; i <= depth; i++) {
        scratch[i] = new float[FLOATS];
      }
    }
    return scratch[depth];
  }

  SumReader reader() {
    return reader;
  }

  /** Adds a piece to another. */
  static void add(float[] sum, float[] other, int length) {
    for (int i = 0; i < length; i++) {
      sum[i] += other[i];
    }
  }

  /** Adds two contributions; the values begin at a byte of each array, the sum at an element. */
  static void add(byte[] a, int fromA, byte[] b, int fromB, float[] sum, int to, int length) {
    for (int i = 0; i < length; i++) {
      int at = i * Float.BYTES;
      sum[to + i] = (float) FLOAT.get(a, fromA + at) + (float) FLOAT.get(b, fromB + at);
    }
  }

  /** Adds four contributions: the sum of the first two and that of the others. */
  static void add(
      byte[] a,
      int fromA,
      byte[] b,
      int fromB,
      byte[] c,
      int fromC,
      byte[] d,
      int fromD,
      float[] sum,
      int to,
      int length) {
    for (int i = 0; i < length; i++) {
      int at = i * Float.BYTES;
      sum[to + i] =
          ((float) FLOAT.get(a, fromA + at) + (float) FLOAT.get(b, fromB + at))
              + ((float) FLOAT.get(c, fromC + at) + (float) FLOAT.get(d, fromD + at));
    }
  }

  /** Adds four contributions as the other does, and their sum to a piece. */
  static void add(
      float[] left,
      byte[] a,
      int fromA,
      byte[] b,
      int fromB,
      byte[] c,
      int fromC,
      byte[] d,
      int fromD,
      float[] sum,
      int to,
      int length) {
    for (int i = 0; i < length; i++) {
      int at = i * Float.BYTES;
      sum[to + i] =
          left[i]
              + (((float) FLOAT.get(a, fromA + at) + (float) FLOAT.get(b, fromB + at))
                  + ((float) FLOAT.get(c, fromC + at) + (float) FLOAT.get(d, fromD + at)));
    }
  }

  /** Whether elements [from, to) are finite, at most {@link #UPDATED}. */
  boolean finite(float[] values, int from, int to) {
    int length = to - from;
    MemorySegment.copy(
        MemorySegment.ofArray(values),
        ValueLayout.JAVA_INT,
        (long) from * Float.BYTES,
        bits,
        0,
        length);
    int greatest = 0;
    for (int i = 0; i < length; i++) {
      greatest = Math.max(greatest, bits[i] & EXPONENT);
    }
    return greatest < EXPONENT;
  }
}
