package dev.sluice.jobs.dataset;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.sluice.schemas.problem.Utf8;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.CsvOptions;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The lines of a CSV file: RFC 4180 but for what {@link CsvOptions} say, UTF-8, gzip-compressed or
 * not, within bounds. {@link PlainLines} takes them as far as it can, and a parser of all of CSV
 * the rest.
 */
final class CsvSource {
  private static final String LIMITS =
      "Every data set is read into memory, so its size is bounded.";

  private static final String IN_UTF8 =
      "Data sets are CSV files in UTF-8, compressed with gzip or not at all.";

  /** No line is left. */
  private static final long ENDED = -1;

  private CsvSource() {}

  /** Takes one line after the other; false ends the reading. */
  interface Sink {
    boolean accept(CsvLine line);
  }

  /** A record as the parser gives it. */
  private record Parsed(CsvRecord record) implements CsvLine {
    @Override
    public int count() {
      return record.getFieldCount();
    }

    @Override
    public String field(int index) {
      return record.getField(index);
    }

    @Override
    public float number(int index) {
      return Float.NaN;
    }

    @Override
    public long lineNumber() {
      return record.getStartingLineNumber();
    }

    @Override
    public List<String> fields() {
      return record.getFields();
    }
  }

  /** The file as a whole cannot be read. */
  static final class Unreadable extends Exception {
    private final Code code;
    private final String why;
    private final String mend;

    Unreadable(Code code, String what, String why, String mend) {
      super(what);
      this.code = code;
      this.why = why;
      this.mend = mend;
    }

    Code code() {
      return code;
    }

    String why() {
      return why;
    }

    String mend() {
      return mend;
    }
  }

  /** Reads records, blank lines left out, until the end or until the sink has had enough. */
  static void read(byte[] file, CsvOptions csv, Sink sink) throws Unreadable {
    read(file, csv, DatasetLimits.TEXT_BYTES_MAX, sink);
  }

  /** Reads as the method above does, up to a number of bytes after decompression. */
  static void read(byte[] file, CsvOptions csv, long textBytesMax, Sink sink) throws Unreadable {
    refuseOtherFormats(file);
    long taken = readPlain(file, csv, textBytesMax, sink);
    if (taken != ENDED) {
      parse(file, csv, textBytesMax, taken, sink);
    }
  }

  /**
   * Hands on lines as long as they are plain.
   *
   * @return how many there were before the first that is not; {@link #ENDED} where none is left
   */
  private static long readPlain(byte[] file, CsvOptions csv, long textBytesMax, Sink sink) {
    long taken = 0;
    try {
      if (!PlainLines.suits(csv) || isOtherEncoding(file)) {
        return 0;
      }
      try (InputStream text = skipByteOrderMark(new Bounded(bytes(file), textBytesMax))) {
        PlainLines lines = new PlainLines(text, csv);
        PlainLines.Next next = lines.next();
        for (; next == PlainLines.Next.LINE; next = lines.next()) {
          if (!sink.accept(lines)) {
            return ENDED;
          }
          taken++;
        }
        return next == PlainLines.Next.END ? ENDED : taken;
      }
    } catch (IOException unreadable) {
      return taken; // the parser meets the same, and it is explained there
    }
  }

  private static boolean isOtherEncoding(byte[] file) throws IOException {
    try (InputStream start = bytes(file)) {
      return Utf8.otherEncoding(start.readNBytes(4)).isPresent();
    }
  }

  /**
   * Hands on the records of any file but for the first ones, which were taken already.
   *
   * @param taken how many these are
   */
  static void parse(byte[] file, CsvOptions csv, long textBytesMax, long taken, Sink sink)
      throws Unreadable {
    try (CsvReader<CsvRecord> records = open(file, csv, textBytesMax)) {
      skip(records, csv.skipLines());
      long left = taken;
      for (CsvRecord record : records) {
        if (left > 0) {
          left--;
        } else if (!sink.accept(new Parsed(record))) {
          return;
        }
      }
    } catch (CsvParseException malformed) {
      throw explain(file, malformed);
    } catch (UncheckedIOException unreadable) {
      throw explain(file, Objects.requireNonNull(unreadable.getCause()));
    } catch (IOException unreadable) {
      throw explain(file, unreadable);
    }
  }

  private static void skip(CsvReader<CsvRecord> records, int lines) throws Unreadable {
    int seen = 0;
    try {
      // Line by line, because the library's own message does not say how many lines there are.
      for (; seen < lines; seen++) {
        records.skipLines(1);
      }
    } catch (CsvParseException shorter) {
      // The library's end of file says nothing; that of a gzip stream that is cut off does.
      if (shorter.getCause() instanceof EOFException end && end.getMessage() != null) {
        throw shorter;
      }
      throw new Unreadable(
          Code.OUT_OF_RANGE,
          "The file has " + seen + " lines, and " + lines + " are to be skipped.",
          "dataset.skipLines counts lines before the table.",
          "Skip fewer lines.");
    }
  }

  private static InputStream bytes(byte[] file) throws IOException {
    InputStream bytes = new ByteArrayInputStream(file);
    return isGzip(file) ? new GZIPInputStream(bytes, 1 << 16) : bytes;
  }

  private static CsvReader<CsvRecord> open(byte[] file, CsvOptions csv, long textBytesMax)
      throws IOException, Unreadable {
    try (InputStream start = bytes(file)) {
      var other = Utf8.otherEncoding(start.readNBytes(4));
      if (other.isPresent()) {
        throw new Unreadable(
            Code.NOT_TEXT,
            "The file is " + other.get() + " text.",
            IN_UTF8,
            "Save it as UTF-8; `iconv -f " + other.get() + " -t UTF-8` converts it.");
      }
    }
    Reader text =
        new InputStreamReader(
            skipByteOrderMark(new Bounded(bytes(file), textBytesMax)),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    var builder = CsvReader.builder().fieldSeparator(csv.delimiter());
    if (!csv.comment().isEmpty()) {
      builder.commentStrategy(CommentStrategy.SKIP).commentCharacter(csv.comment().charAt(0));
    }
    return builder
        .skipEmptyLines(true)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .allowUnclosedQuote(false)
        .maxBufferSize(DatasetLimits.FIELD_CHARS_MAX)
        .build(CsvRecordHandler.of(handler -> handler.maxFields(DatasetLimits.COLUMNS_MAX)), text);
  }

  private static boolean isGzip(byte[] file) {
    return startsWith(file, 0x1f, 0x8b);
  }

  private static boolean startsWith(byte[] file, int... signature) {
    for (int i = 0; i < signature.length; i++) {
      if (i >= file.length || (file[i] & 0xff) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private static InputStream skipByteOrderMark(InputStream bytes) throws IOException {
    PushbackInputStream head = new PushbackInputStream(bytes, 3);
    byte[] start = head.readNBytes(3);
    if (!startsWith(start, 0xef, 0xbb, 0xbf)) {
      head.unread(start);
    }
    return head;
  }

  private static void refuseOtherFormats(byte[] file) throws Unreadable {
    String format =
        startsWith(file, 'P', 'K', 3, 4)
            ? "a ZIP archive or an Excel workbook"
            : startsWith(file, 'P', 'A', 'R', '1') ? "a Parquet file" : "";
    if (!format.isEmpty()) {
      throw new Unreadable(
          Code.NOT_TEXT,
          "The file is " + format + ", not CSV.",
          IN_UTF8,
          "Export the table as CSV and submit that.");
    }
  }

  private static Unreadable explain(byte[] file, CsvParseException malformed) {
    String message = inAsciiDigits(String.valueOf(malformed.getMessage()));
    Throwable cause = malformed.getCause();
    if (cause instanceof IOException unreadable) {
      return explain(file, unreadable);
    }
    String detail = cause == null ? "" : " " + inAsciiDigits(String.valueOf(cause.getMessage()));
    return new Unreadable(
        Code.MALFORMED,
        "The file is not well-formed CSV: " + message + detail,
        "Fields are separated by commas; a field with a comma, a quote or a line break stands in"
            + " double quotes, each quote in it written twice; a field holds at most "
            + DatasetLimits.FIELD_CHARS_MAX
            + " characters and a line at most "
            + DatasetLimits.COLUMNS_MAX
            + " fields.",
        "Look for a quote that is not closed, near the line that is named.");
  }

  /** FastCSV writes line numbers in the digits of the default locale. */
  private static String inAsciiDigits(String message) {
    StringBuilder text = new StringBuilder();
    message
        .codePoints()
        .map(c -> Character.isDigit(c) ? Character.forDigit(Character.digit(c, 10), 10) : c)
        .forEach(text::appendCodePoint);
    return text.toString();
  }

  private static Unreadable explain(byte[] file, IOException unreadable) {
    return switch (unreadable) {
      case TooLarge tooLarge ->
          new Unreadable(
              Code.TOO_LARGE,
              "The file is larger than " + tooLarge.bytesMax + " bytes, uncompressed.",
              LIMITS,
              "Take fewer rows or columns, or split the job.");
      case CharacterCodingException notUtf8 -> notUtf8(file);
      case ZipException damaged -> damagedGzip(damaged);
      case EOFException cutOff -> damagedGzip(cutOff);
      default ->
          new Unreadable(
              Code.UNREADABLE_FILE,
              "The file cannot be read: " + unreadable.getMessage() + ".",
              "",
              "Check that it is a CSV file.");
    };
  }

  private static Unreadable notUtf8(byte[] file) {
    try (InputStream in = bytes(file)) {
      String place =
          Utf8.firstBad(in).map(bad -> ": " + bad.where() + " is " + bad.hex()).orElse("");
      return new Unreadable(
          Code.NOT_TEXT,
          "The file is not UTF-8 text" + place + ".",
          "Such a byte stands for no character there; the file may be in an older encoding.",
          "Save it as UTF-8; `iconv -f LATIN1 -t UTF-8` converts what older editors write.");
    } catch (IOException e) {
      return damagedGzip(e);
    }
  }

  private static Unreadable damagedGzip(IOException damage) {
    return new Unreadable(
        Code.DAMAGED_FILE,
        "The gzip file is damaged: " + damage.getMessage() + ".",
        "It begins like a gzip file but does not decompress.",
        "Check it with gzip -t and compress it anew.");
  }

  private static final class TooLarge extends IOException {
    private final long bytesMax;

    TooLarge(long bytesMax) {
      this.bytesMax = bytesMax;
    }
  }

  /** Ends the reading of a decompression bomb at the bound. */
  private static final class Bounded extends FilterInputStream {
    private final long bytesMax;
    private long left;

    Bounded(InputStream in, long bytesMax) {
      super(in);
      this.bytesMax = bytesMax;
      this.left = bytesMax;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count(Math.max(0, read));
      return read;
    }

    private void count(int bytes) throws TooLarge {
      left -= bytes;
      if (left < 0) {
        throw new TooLarge(bytesMax);
      }
    }
  }
}
