package dev.sluice.schemas.codec;

import java.io.OutputStream;
import java.util.Arrays;

/**
 * Room of a fixed size for an encoded message. What goes beyond it is counted and not kept, so that
 * whoever has too little room knows how much is needed.
 */
final class EncodedBytes extends OutputStream {

  private final byte[] room;
  private int size;

  EncodedBytes(int length) {
    room = new byte[length];
  }

  int length() {
    return room.length;
  }

  /** Bytes written, whether there was room for them or not. */
  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  /** A copy of the first so many bytes. */
  byte[] first(int bytes) {
    return Arrays.copyOf(room, bytes);
  }

  /** All of the room itself, which is not written to any more. */
  byte[] all() {
    return room;
  }

  @Override
  public void write(int value) {
    if (size < room.length) {
      room[size] = (byte) value;
    }
    size = Math.addExact(size, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    if (length <= room.length - size) {
      System.arraycopy(bytes, from, room, size, length);
    }
    size = Math.addExact(size, length);
  }
}
