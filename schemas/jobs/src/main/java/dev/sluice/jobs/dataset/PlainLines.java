package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.CsvOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Takes lines of a CSV file apart, and reads the numbers in them, many times faster than by way of
 * a string for each cell, which takes a worker as long as a small network takes to answer the row.
 * It knows plain lines only. The first one that is not, such as one with a line break or a doubled
 * quote within quotes, ends it: the parser, which knows all of CSV, reads on from there and says
 * what is wrong.
 *
 * <p>Behind what was read stands a line feed, so that a scan ends there without counting.
 */
final class PlainLines implements CsvLine {
  /** What comes next. */
  enum Next {
    /** A line, which is this. */
    LINE,
    /** Nothing. */
    END,
    /** Something that only the parser knows. */
    OTHER
  }

  /** What stands at a place. */
  private enum Found {
    FIELDS,
    NOTHING,
    OTHER,
    /** That can't be told before more is read. */
    MORE
  }

  private static final int READ_BYTES = 1 << 16;
  private static final int LINE_BYTES_MAX = 1 << 22;
  private static final int FIRST_FIELDS = 64;

  /** The parser's bound is in characters; a field that comes near it is the parser's. */
  private static final int FIELD_BYTES_MAX = DatasetLimits.FIELD_CHARS_MAX / 2;

  private static final int EXPONENT_DIGITS_MAX = 3;

  /** No character. */
  private static final int NONE = Integer.MIN_VALUE;

  private final InputStream text;
  private final int delimiter;
  private final int comment;

  /** What may stand around a number. */
  private final int blank;

  private int toSkip;
  private byte[] bytes = new byte[2 * READ_BYTES];

  /** Where the next line begins, and where what was read ends. */
  private int at;

  private int end;
  private boolean whole;

  private int[] starts = new int[FIRST_FIELDS];
  private int[] ends = new int[FIRST_FIELDS];
  private float[] numbers = new float[FIRST_FIELDS];
  private int count;
  private long lines;

  /** Bits of all bytes of the line outside of numbers: negative where they are not all ASCII. */
  private int bits;

  /** The number that was read last; NaN: there was none. */
  private float number;

  /** Whether there may be plain lines in such a file. */
  static boolean suits(CsvOptions csv) {
    return isAscii(csv.delimiter()) && (csv.comment().isEmpty() || isAscii(csv.comment()));
  }

  private static boolean isAscii(String text) {
    return text.length() == 1 && text.charAt(0) < 0x80;
  }

  /**
   * @param text what follows a byte order mark
   * @param csv options that {@link #suits suit}
   */
  PlainLines(InputStream text, CsvOptions csv) {
    this.text = text;
    this.delimiter = csv.delimiter().charAt(0);
    this.comment = csv.comment().isEmpty() ? NONE : csv.comment().charAt(0);
    this.blank = delimiter == ' ' ? NONE : ' ';
    this.toSkip = csv.skipLines();
    bytes[0] = '\n';
  }

  /** Goes on to the next line that is neither empty nor a comment. */
  Next next() throws IOException {
    while (true) {
      if (at == end && whole) {
        return toSkip > 0 ? Next.OTHER : Next.END;
      }
      boolean over = toSkip > 0 || bytes[at] == comment;
      switch (at == end ? Found.MORE : over ? readOver() : split()) {
        case FIELDS -> {
          return Next.LINE;
        }
        case NOTHING -> toSkip -= toSkip > 0 ? 1 : 0;
        case OTHER -> {
          return Next.OTHER;
        }
        case MORE -> {
          if (end - at > LINE_BYTES_MAX) {
            return Next.OTHER;
          }
          readMore();
        }
      }
    }
  }

  /** What was not taken apart yet moves to the front. */
  private void readMore() throws IOException {
    int left = end - at;
    byte[] from = bytes;
    if (left + READ_BYTES >= bytes.length) {
      bytes = new byte[2 * bytes.length];
    }
    System.arraycopy(from, at, bytes, 0, left);
    at = 0;
    int more = text.read(bytes, left, READ_BYTES);
    whole = more < 0;
    end = left + Math.max(0, more);
    bytes[end] = '\n';
  }

  /** Goes over a line that does not count. One to be skipped that has no end is the parser's. */
  private Found readOver() {
    count = 0;
    bits = 0;
    int stop = textEnd(at);
    while (bytes[stop] == delimiter) {
      stop = textEnd(stop + 1);
    }
    Found ending = lineEnd(stop);
    if (ending == Found.FIELDS) {
      boolean fits = isText(stop) && (toSkip == 0 || stop < end);
      ending = fits ? Found.NOTHING : Found.OTHER;
    }
    if (ending == Found.NOTHING) {
      goOn(stop);
    }
    return ending;
  }

  private Found split() {
    count = 0;
    bits = 0;
    int stop = at;
    while (true) {
      if (count == starts.length) {
        if (count == DatasetLimits.COLUMNS_MAX) {
          return Found.OTHER;
        }
        int room = Math.min(DatasetLimits.COLUMNS_MAX, 2 * count);
        starts = Arrays.copyOf(starts, room);
        ends = Arrays.copyOf(ends, room);
        numbers = Arrays.copyOf(numbers, room);
      }
      int from = stop;
      stop = readNumber(from);
      starts[count] = from;
      if (Float.isNaN(number)) {
        stop = bytes[from] == '"' ? quoted(from) : textEnd(stop);
        starts[count] = bytes[from] == '"' ? from + 1 : from;
      }
      if (stop < 0) {
        return ~stop == end && !whole ? Found.MORE : Found.OTHER;
      }
      numbers[count] = number;
      ends[count] = bytes[from] == '"' ? stop - 1 : stop;
      count++;
      if (bytes[stop] != delimiter) {
        break;
      }
      stop++;
    }
    Found ending = lineEnd(stop);
    if (ending == Found.FIELDS && !isText(stop)) {
      return Found.OTHER;
    }
    if (ending == Found.FIELDS) {
      ending = stop == at ? Found.NOTHING : Found.FIELDS;
      goOn(stop);
    }
    return ending;
  }

  /** Whether a line ends where something does; FIELDS: it does. */
  private Found lineEnd(int stop) {
    int last = bytes[stop] == '\r' ? stop + 1 : stop;
    if (last >= end && !whole) {
      return Found.MORE;
    }
    return bytes[last] == '\n' && (last < end || last == stop) ? Found.FIELDS : Found.OTHER;
  }

  private void goOn(int stop) {
    lines++;
    at = Math.min(end, stop + (bytes[stop] == '\r' ? 2 : 1));
  }

  /** Whether the line is UTF-8, and no field is too long. */
  private boolean isText(int stop) {
    if (stop - at > FIELD_BYTES_MAX) {
      int longest = stop - at;
      if (count > 0) {
        longest = IntStream.range(0, count).map(i -> ends[i] - starts[i]).max().orElse(0);
      }
      if (longest > FIELD_BYTES_MAX) {
        return false;
      }
    }
    if (bits >= 0) {
      return true;
    }
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, stop - at));
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  /**
   * Reads a number, with blanks around it, that ends with the field.
   *
   * @return where it ends; if it is none, where that showed
   */
  private int readNumber(int from) {
    byte[] in = bytes;
    int p = from;
    int b = in[p];
    while (b == blank) {
      b = in[++p];
    }
    boolean negative = b == '-';
    if (negative || b == '+') {
      b = in[++p];
    }
    int first = p;
    long value = 0;
    while (b >= '0' && b <= '9') {
      value = value * 10 + (b - '0'); // beyond a long it is not used
      b = in[++p];
    }
    int digits = p - first;
    int scale = 0;
    if (b == '.') {
      int point = ++p;
      b = in[p];
      while (b >= '0' && b <= '9') {
        value = value * 10 + (b - '0');
        b = in[++p];
      }
      scale = point - p;
      digits -= scale;
    }
    if ((b == 'e' || b == 'E') && digits > 0) {
      boolean down = in[p + 1] == '-';
      p += down || in[p + 1] == '+' ? 2 : 1;
      int power = p;
      int exponent = 0;
      b = in[p];
      while (b >= '0' && b <= '9' && p - power < EXPONENT_DIGITS_MAX) {
        exponent = exponent * 10 + (b - '0');
        b = in[++p];
      }
      scale += down ? -exponent : exponent;
      digits = p == power ? 0 : digits;
    }
    while (b == blank) {
      b = in[++p];
    }
    boolean ends = b == delimiter || b == '\n' || b == '\r';
    float near =
        ends && digits > 0 && digits <= Binary32.DIGITS_MAX ? Binary32.of(value, scale) : Float.NaN;
    number = negative ? -near : near;
    return p;
  }

  /** Where the text without quotes ends that goes on at a place. */
  private int textEnd(int from) {
    byte[] in = bytes;
    int p = from;
    int all = 0;
    int b = in[p];
    while (b != delimiter && b != '\n' && b != '\r') {
      all |= b;
      b = in[++p];
    }
    bits |= all;
    return p;
  }

  /**
   * Where a field within quotes ends that has no quote and no line break in it.
   *
   * @return the place behind its second quote; if it is none such, the complement of the place
   *     where that showed
   */
  private int quoted(int from) {
    byte[] in = bytes;
    int p = from + 1;
    int b = in[p];
    while (b != '"' && b != '\n' && b != '\r') {
      bits |= b;
      b = in[++p];
    }
    if (b != '"') {
      return ~p;
    }
    b = in[++p];
    return b == delimiter || b == '\n' || b == '\r' ? p : ~p;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public String field(int index) {
    return new String(bytes, starts[index], ends[index] - starts[index], StandardCharsets.UTF_8);
  }

  @Override
  public float number(int index) {
    return numbers[index];
  }

  @Override
  public long lineNumber() {
    return lines;
  }

  @Override
  public List<String> fields() {
    return IntStream.range(0, count).mapToObj(this::field).toList();
  }
}
