package dev.sluice.jobs.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.CsvOptions;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What plain lines are taken for, held against the parser that knows all of CSV. */
class PlainLinesTest {
  private static final int FILES = 4_000;
  private static final int NUMBERS = 200_000;
  private static final long BYTES_MAX = 1 << 24;
  private static final Charset UTF_8 = StandardCharsets.UTF_8;

  /**
   * What a reading came to: each line with its number, and at last why it ended, if in a problem.
   */
  private static final class Reading implements CsvSource.Sink {
    private final List<String> lines = new ArrayList<>();
    private String problem = "";
    private int plain;
    private int numbers;

    @Override
    public boolean accept(CsvLine line) {
      lines.add(line.lineNumber() + ": " + String.join("|", line.fields()));
      plain += line instanceof PlainLines ? 1 : 0;
      for (int i = 0; i < line.count(); i++) {
        float number = line.number(i);
        if (!Float.isNaN(number)) {
          numbers++;
          assertThat(Float.floatToRawIntBits(number))
              .as(line.field(i))
              .isEqualTo(Float.floatToRawIntBits((float) Numerals.decimal(line.field(i))));
        }
      }
      return true;
    }

    static Reading of(byte[] file, CsvOptions csv) {
      var reading = new Reading();
      try {
        CsvSource.read(file, csv, BYTES_MAX, reading);
      } catch (CsvSource.Unreadable unreadable) {
        reading.problem = unreadable.getMessage() + unreadable.why();
      }
      return reading;
    }

    static Reading parsed(byte[] file, CsvOptions csv) {
      var reading = new Reading();
      try {
        CsvSource.parse(file, csv, BYTES_MAX, 0, reading);
      } catch (CsvSource.Unreadable unreadable) {
        reading.problem = unreadable.getMessage() + unreadable.why();
      }
      return reading;
    }
  }

  /** The parser may see an error before it hands on the lines that it has read already. */
  private static void requireSame(byte[] file, CsvOptions csv, Reading read) {
    var parsed = Reading.parsed(file, csv);
    assertThat(read.problem).isEqualTo(parsed.problem);
    if (parsed.problem.isEmpty()) {
      assertThat(read.lines).isEqualTo(parsed.lines);
    } else {
      int handedOn = parsed.lines.size();
      assertThat(read.lines).hasSizeGreaterThanOrEqualTo(handedOn);
      assertThat(read.lines.subList(0, handedOn)).isEqualTo(parsed.lines);
    }
  }

  private static String cell(Random random, String delimiter, boolean odd) {
    if (random.nextInt(4) > 0) {
      return number(random);
    }
    var plain = List.of("", "NA", " ", "a b", "true", " 7 ", "é", "a\"b", "\"x\"", "\"1.5\"", "#");
    var others =
        List.of("\"a" + delimiter + "b\"", "\"a\"\"b\"", "\"a\nb\"", "\"", "\"a\"b", "\r", "\"\"");
    return odd && random.nextInt(4) == 0
        ? others.get(random.nextInt(others.size()))
        : plain.get(random.nextInt(plain.size()));
  }

  private static String number(Random random) {
    return switch (random.nextInt(9)) {
      case 0 -> Integer.toString(random.nextInt(17));
      case 1 -> Float.toString((float) random.nextGaussian());
      case 2 -> Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(80) - 40));
      case 3 -> String.format(Locale.ROOT, "%.3f", random.nextGaussian());
      case 4 -> "+" + random.nextInt(100) + ".";
      case 5 -> "." + random.nextInt(100) + "e" + (random.nextInt(60) - 30);
      case 6 -> "-0.0";
      case 7 -> Long.toString(random.nextLong());
      default -> "00" + random.nextInt(1000) + "E+0" + random.nextInt(9);
    };
  }

  @Test
  void aFileIsTheSameLinesHoweverItIsRead() {
    int plain = 0;
    int all = 0;
    for (int seed = 0; seed < FILES; seed++) {
      var random = new Random(seed);
      boolean odd = random.nextInt(3) == 0;
      var delimiter = List.of(",", ";", "\t", " ", "é").get(random.nextInt(5));
      var comment = random.nextBoolean() ? "" : "#";
      var csv = new CsvOptions(delimiter, random.nextInt(3), comment);
      var text = new StringBuilder(random.nextInt(9) == 0 ? "\uFEFF" : "");
      int lines = random.nextInt(12);
      for (int line = 0; line < lines; line++) {
        int width = random.nextInt(7);
        for (int i = 0; i < width; i++) {
          text.append(i > 0 ? delimiter : "").append(cell(random, delimiter, odd));
        }
        boolean last = line == lines - 1 && random.nextBoolean();
        text.append(last ? "" : random.nextBoolean() ? "\n" : "\r\n");
      }
      byte[] file = text.toString().getBytes(UTF_8);
      if (odd && file.length > 0 && random.nextInt(4) == 0) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      file = random.nextInt(5) == 0 ? CsvFiles.gzip(file) : file;
      var read = Reading.of(file, csv);
      requireSame(file, csv, read);
      plain += read.plain;
      all += read.lines.size();
    }
    assertThat(plain).isGreaterThan(all / 2).isLessThan(all);
  }

  @ParameterizedTest
  @ValueSource(ints = {65_533, 65_534, 65_535, 65_536, 131_071})
  void aLineMayLieAcrossTheBuffersEdge(int bytes) {
    for (var lineEnd : List.of("\n", "\r\n")) {
      var text = new StringBuilder();
      while (text.length() < bytes - 20) {
        text.append("1.5,\"a\",é").append(lineEnd);
      }
      for (int more = 0; more < 24; more++) {
        byte[] file = (text + "7".repeat(more) + ",2,3" + lineEnd + "4,5,").getBytes(UTF_8);
        var read = Reading.of(file, CsvOptions.PLAIN);
        requireSame(file, CsvOptions.PLAIN, read);
        assertThat(read.plain).isEqualTo(read.lines.size());
      }
    }
  }

  @Test
  void aFieldOfAnyLengthAndLinesOfManyFieldsAreWhatTheyAreToTheParser() {
    for (int length : new int[] {32_768, 32_769, 65_535, 65_536, 65_537, 200_000}) {
      byte[] file = ("1,2\n" + "x".repeat(length) + ",3\n").getBytes(UTF_8);
      requireSame(file, CsvOptions.PLAIN, Reading.of(file, CsvOptions.PLAIN));
    }
    for (int width : new int[] {64, 65, DatasetLimits.COLUMNS_MAX, DatasetLimits.COLUMNS_MAX + 1}) {
      byte[] file = ("1,".repeat(width - 1) + "2\n").getBytes(UTF_8);
      requireSame(file, CsvOptions.PLAIN, Reading.of(file, CsvOptions.PLAIN));
    }
  }

  @Test
  void aDamagedOrTooLargeFileIsWhatItIsToTheParser() {
    var out = new ByteArrayOutputStream();
    out.writeBytes(CsvFiles.gzip(CsvFiles.csv("1,2", "3,4")));
    byte[] cut = Arrays.copyOf(out.toByteArray(), out.size() - 6);
    requireSame(cut, CsvOptions.PLAIN, Reading.of(cut, CsvOptions.PLAIN));
    byte[] large = ("1,2\n".repeat(1 << 22) + "3,4").getBytes(UTF_8);
    assertThat(Reading.of(large, CsvOptions.PLAIN).problem).contains("larger than");
  }

  /** Also those that lie next to where rounding turns, of which a parser is asked. */
  @Test
  void numbersHaveTheBitsThatTheParserOfNumbersGives() {
    var random = new Random(1);
    var text = new StringBuilder();
    for (int i = 0; i < NUMBERS / 4; i++) {
      float one = Float.intBitsToFloat(random.nextInt());
      one = Float.isFinite(one) ? one : i;
      var between = new BigDecimal(one).add(new BigDecimal(Math.nextUp(one)));
      var half = Float.isFinite(Math.nextUp(one)) ? between.divide(BigDecimal.TWO) : between;
      text.append(one).append(',').append((double) one * (1 + random.nextGaussian() * 1e-9));
      text.append(',').append(half.round(new MathContext(1 + random.nextInt(25))));
      text.append(',').append(number(random)).append('\n');
    }
    byte[] file = text.toString().getBytes(UTF_8);
    var read = Reading.of(file, CsvOptions.PLAIN);
    assertThat(read.plain).isEqualTo(NUMBERS / 4);
    assertThat(read.numbers).isBetween(NUMBERS / 2, NUMBERS - 1);
  }
}
