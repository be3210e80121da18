package dev.sluice.schemas.codec;

import java.nio.ByteBuffer;

/** What bytes without our header may be: the mistakes that clients in other languages make. */
final class Framing {

  /** The header is Avro's, but for the order of the fingerprint's bytes. */
  static final String BIG_ENDIAN =
      "The fingerprint is written big-endian; the Avro single-object encoding wants little-endian.";

  private static final String NOT_OURS =
      "The value does not start with C3 01 and eight bytes more: it is not an Avro single-object"
          + " record.";

  /** The magic byte of a schema registry's framing and the id behind it. */
  private static final int REGISTRY_BYTES = 5;

  private Framing() {}

  /** Why they can't be read, in a sentence or two. */
  static String of(ByteBuffer bytes) {
    int first = at(bytes, 0);
    int second = at(bytes, 1);
    if (first == 0x00 && bytes.remaining() > REGISTRY_BYTES) {
      return NOT_OURS + " It looks like a schema registry's framing: 00 and a schema id.";
    }
    if (first == 'O' && second == 'b' && at(bytes, 2) == 'j') {
      return NOT_OURS + " It looks like an Avro file.";
    }
    if (first == '{' || first == '[') {
      return NOT_OURS + " It looks like JSON; that goes to POST /v1/jobs.";
    }
    if (first == 0x01 && second == 0xC3) {
      return NOT_OURS + " Its first two bytes are swapped.";
    }
    return NOT_OURS;
  }

  private static int at(ByteBuffer bytes, int index) {
    return bytes.remaining() > index ? Byte.toUnsignedInt(bytes.get(bytes.position() + index)) : -1;
  }
}
