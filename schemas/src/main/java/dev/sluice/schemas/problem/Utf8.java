package dev.sluice.schemas.problem;

import dev.sluice.schemas.wire.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Text that comes as bytes: UTF-8, with a byte order mark or without, and nothing else. What isn't
 * is refused with the place of the first wrong byte; nothing is replaced by other characters.
 */
public final class Utf8 {

  private static final int BUFFER_BYTES = 1 << 16;

  private Utf8() {}

  /**
   * A byte that UTF-8 does not allow where it stands.
   *
   * @param line from 1
   * @param byteInLine from 1
   * @param value 0 to 255
   */
  public record BadByte(long line, long byteInLine, int value) {

    /** The place, as messages tell it. */
    public String where() {
      return "line " + line + ", byte " + byteInLine;
    }

    /** The byte, such as {@code 0xE9}. */
    public String hex() {
      return String.format(Locale.ROOT, "0x%02X", value);
    }
  }

  /**
   * The text; empty, with a problem added, where the bytes are none.
   *
   * @param noun what it is to be, such as {@code job file}
   */
  public static Optional<String> decode(byte[] bytes, String noun, Problems problems) {
    return decode(bytes, noun, "", problems);
  }

  /**
   * The text; empty, with a problem added, where the bytes are none.
   *
   * @param noun what it is to be, such as {@code catalogue file}
   * @param file what to call the file in messages; empty where there is one only
   */
  public static Optional<String> decode(byte[] bytes, String noun, String file, Problems problems) {
    var whole = file.isEmpty() ? Problems.WHOLE : file;
    if (startsWith(bytes, 0x1f, 0x8b)) {
      problems.add(
          Code.NOT_TEXT,
          whole,
          "The " + noun + " is compressed with gzip.",
          "It is read as it is; only data sets may be compressed.",
          "Decompress it with gunzip.");
      return Optional.empty();
    }
    var other = otherEncoding(bytes);
    if (other.isPresent()) {
      problems.add(
          Code.NOT_TEXT,
          whole,
          "The " + noun + " is " + other.get() + " text.",
          "It is read as UTF-8.",
          "Save it as UTF-8; `iconv -f " + other.get() + " -t UTF-8` converts it.");
      return Optional.empty();
    }
    var bad = firstBad(bytes);
    if (bad.isPresent()) {
      problems.add(
          Code.NOT_TEXT,
          (file.isEmpty() ? "" : file + ", ") + bad.get().where(),
          "The " + noun + " is not UTF-8 text: byte " + bad.get().hex() + " does not belong there.",
          "It is read as UTF-8, and no character is guessed.",
          "Save it as UTF-8; `iconv -f LATIN1 -t UTF-8` converts what older editors write.");
      return Optional.empty();
    }
    int mark = startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0;
    return Optional.of(new String(bytes, mark, bytes.length - mark, StandardCharsets.UTF_8));
  }

  /**
   * The encoding, as {@code iconv} calls it, of a text that begins with the byte order mark of
   * another one, or with a character below U+0080 in it.
   */
  public static Optional<String> otherEncoding(byte[] start) {
    if (startsWith(start, 0xff, 0xfe, 0, 0) || hasNulsLike(start, false, true, true, true)) {
      return Optional.of("UTF-32LE");
    }
    if (startsWith(start, 0, 0, 0xfe, 0xff) || hasNulsLike(start, true, true, true, false)) {
      return Optional.of("UTF-32BE");
    }
    if (startsWith(start, 0xff, 0xfe) || hasNulsLike(start, false, true)) {
      return Optional.of("UTF-16LE");
    }
    if (startsWith(start, 0xfe, 0xff) || hasNulsLike(start, true, false)) {
      return Optional.of("UTF-16BE");
    }
    return Optional.empty();
  }

  /** The first byte that is not UTF-8; empty where all are. */
  public static Optional<BadByte> firstBad(byte[] bytes) {
    try {
      return firstBad(new ByteArrayInputStream(bytes));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** The first byte that is not UTF-8; empty where all are. Lines end with LF, CR or both. */
  public static Optional<BadByte> firstBad(InputStream in) throws IOException {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    var bytes = ByteBuffer.allocate(BUFFER_BYTES);
    var chars = CharBuffer.allocate(BUFFER_BYTES);
    long line = 1;
    long byteInLine = 1;
    int before = 0;
    while (true) {
      int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      boolean ended = read < 0;
      bytes.position(bytes.position() + Math.max(0, read)).flip();
      var result = decoder.decode(bytes, chars.clear(), ended);
      for (int i = 0; i < bytes.position(); i++) {
        int value = bytes.get(i);
        boolean begins = value == '\r' || (value == '\n' && before != '\r');
        line += begins ? 1 : 0;
        byteInLine = value == '\n' || value == '\r' ? 1 : byteInLine + 1;
        before = value;
      }
      if (result.isError()) {
        return Optional.of(new BadByte(line, byteInLine, bytes.get() & 0xff));
      }
      if (ended) {
        return Optional.empty();
      }
      bytes.compact();
    }
  }

  private static boolean startsWith(byte[] bytes, int... signature) {
    for (int i = 0; i < signature.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasNulsLike(byte[] bytes, boolean... nul) {
    for (int i = 0; i < nul.length; i++) {
      if (i >= bytes.length || (bytes[i] == 0) != nul[i]) {
        return false;
      }
    }
    return true;
  }
}
