package dev.sluice.schemas.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Vectors as they travel: IEEE 754 binary32, little-endian. */
public final class Vectors {

  private Vectors() {}

  /**
   * @param payload 4 bytes a value; its position does not change
   * @throws IllegalArgumentException where the length is not a multiple of 4
   */
  public static float[] floats(ByteBuffer payload) {
    if (payload.remaining() % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          payload.remaining() + " bytes are not a whole number of 32-bit values");
    }
    var values = new float[payload.remaining() / Float.BYTES];
    floats(payload, values);
    return values;
  }

  /**
   * The same into an array that is there.
   *
   * @param payload 4 bytes for each of the array's values; its position does not change
   */
  public static void floats(ByteBuffer payload, float[] values) {
    payload.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
  }

  /** Values [from, to) of a vector as bytes. */
  public static ByteBuffer bytes(float[] vector, int from, int to) {
    var payload = ByteBuffer.allocate((to - from) * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    payload.asFloatBuffer().put(vector, from, to - from);
    return payload;
  }

  /** A whole vector as bytes. */
  public static ByteBuffer bytes(float[] vector) {
    return bytes(vector, 0, vector.length);
  }

  /** CRC-32C of the remaining bytes; the position does not change. */
  public static int crc32c(ByteBuffer payload) {
    var crc = new CRC32C();
    crc.update(payload.duplicate());
    return (int) crc.getValue();
  }
}
