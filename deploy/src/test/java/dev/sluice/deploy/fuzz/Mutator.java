package dev.sluice.deploy.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What happens to bytes on their way, by accident or by design. */
final class Mutator {
  /** No mutated input is longer; what claims to be is for the readers to find out. */
  private static final int BYTES_MAX = 1 << 20;

  private static final int CHANGES_MAX = 4;

  private final List<byte[]> tokens;

  /**
   * @param tokens pieces that mean something to the reader
   */
  Mutator(List<String> tokens) {
    this.tokens = tokens.stream().map(token -> token.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** One to some changes of a copy; now and then none. */
  byte[] change(byte[] valid, Dice dice) {
    byte[] bytes = valid;
    for (int left = dice.below(CHANGES_MAX + 1); left > 0; left--) {
      bytes = once(bytes, dice);
    }
    return bytes.length > BYTES_MAX ? Arrays.copyOf(bytes, BYTES_MAX) : bytes;
  }

  private byte[] once(byte[] from, Dice dice) {
    int at = dice.below(from.length + 1);
    return switch (dice.below(11)) {
      case 0 -> Arrays.copyOf(from, at);
      case 1 -> flipped(from, at, dice);
      case 2 -> overwritten(from, at, dice.bytes(1 + dice.below(8)));
      case 3 -> inserted(from, at, dice.bytes(1 + dice.below(32)));
      case 4 -> overwritten(from, at, varint(dice.number()));
      case 5 -> overwritten(from, at, fixed(dice.number(), Long.BYTES));
      case 6 -> overwritten(from, at, fixed(dice.number(), Integer.BYTES));
      case 7 -> inserted(from, at, Arrays.copyOfRange(from, at, end(from, at, dice)));
      case 8 -> removed(from, at, end(from, at, dice));
      case 9 -> inserted(from, at, varint(dice.number()));
      default -> inserted(from, at, tokens.isEmpty() ? new byte[] {0} : dice.of(tokens));
    };
  }

  private static int end(byte[] from, int at, Dice dice) {
    return Math.min(from.length, at + 1 + dice.below(dice.oneIn(4) ? from.length + 1 : 16));
  }

  private static byte[] flipped(byte[] from, int at, Dice dice) {
    var copy = from.clone();
    if (at < copy.length) {
      copy[at] ^= (byte) (1 << dice.below(Byte.SIZE));
    }
    return copy;
  }

  private static byte[] overwritten(byte[] from, int at, byte[] with) {
    var copy = from.clone();
    System.arraycopy(with, 0, copy, at, Math.min(with.length, copy.length - at));
    return copy;
  }

  private static byte[] inserted(byte[] from, int at, byte[] what) {
    var out = new ByteArrayOutputStream(from.length + what.length);
    out.write(from, 0, at);
    out.writeBytes(what);
    out.write(from, at, from.length - at);
    return out.toByteArray();
  }

  private static byte[] removed(byte[] from, int at, int to) {
    return inserted(Arrays.copyOf(from, at), at, Arrays.copyOfRange(from, to, from.length));
  }

  /** As Avro and protocol buffers write lengths: seven bits a byte, Avro's in zigzag. */
  static byte[] varint(long number) {
    var out = new ByteArrayOutputStream();
    long left = (number << 1) ^ (number >> 63);
    while ((left & ~0x7FL) != 0) {
      out.write((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
    return out.toByteArray();
  }

  private static byte[] fixed(long number, int bytes) {
    var all = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
    return Arrays.copyOf(all.array(), bytes);
  }
}
