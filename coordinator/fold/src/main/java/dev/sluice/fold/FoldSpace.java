package dev.sluice.fold;

import java.util.IdentityHashMap;

/**
 * What the folds of one thread share: pieces to add in, and room for contributions that wait as
 * they came.
 *
 * <p>A contribution that waits keeps the whole array alive that it was read into, which may be a
 * fetch of many megabytes. So it is arrays that are counted, each once; where there is no room, or
 * the contribution is too small a part of its array, its values are copied instead. No bit depends
 * on it.
 */
public final class FoldSpace {

  /** A contribution keeps an array of no more than so many times its size. */
  private static final int ARRAY_FACTOR_MAX = 64;

  private final long bytesMax;
  private final IdentityHashMap<byte[], Integer> arrays = new IdentityHashMap<>();
  private final VectorPieces pieces = new VectorPieces();
  private long bytes;

  /**
   * @param bytesMax most bytes of arrays that contributions wait in; 0: none waits as it came
   */
  public FoldSpace(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  VectorPieces pieces() {
    return pieces;
  }

  /** Bytes of arrays that contributions wait in. */
  long bytes() {
    return bytes;
  }

  /**
   * Makes room for a contribution that waits.
   *
   * @param array what it is in
   * @param length its bytes
   * @return whether it may; {@link TreeSum} releases it
   */
  public boolean hold(byte[] array, int length) {
    var holders = arrays.get(array);
    if (holders == null) {
      if ((long) length * ARRAY_FACTOR_MAX < array.length || array.length > bytesMax - bytes) {
        return false;
      }
      bytes += array.length;
      holders = 0;
    }
    arrays.put(array, holders + 1);
    return true;
  }

  /** A contribution that waited in this array does not any more. */
  void release(byte[] array) {
    var holders = arrays.get(array);
    if (holders == null) {
      throw new IllegalStateException("nothing waits in this array");
    }
    if (holders > 1) {
      arrays.put(array, holders - 1);
    } else {
      arrays.remove(array);
      bytes -= array.length;
    }
  }
}
