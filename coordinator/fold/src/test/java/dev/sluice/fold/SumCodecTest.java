package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.SumFormat;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the loops come to, against each format as it is defined, number by number. */
class SumCodecTest {

  private static final int FLOATS = 3 * SumCodec.CHUNK + 41;
  private static final int TRAINED = FLOATS - 7;

  @ParameterizedTest
  @EnumSource(SumFormat.class)
  void whatWasWrittenAndReadIsWhatWasRounded(SumFormat format) {
    for (int seed = 0; seed < 50; seed++) {
      float[] values = values(seed);
      float[] rounded = values.clone();
      SumCodec.round(format, rounded, TRAINED);
      assertThat(bits(sent(format, values))).isEqualTo(bits(rounded));
      assertThat(Arrays.copyOfRange(bits(rounded), TRAINED, FLOATS))
          .as("statistics stay as they are")
          .isEqualTo(Arrays.copyOfRange(bits(values), TRAINED, FLOATS));
    }
  }

  @Test
  void bf16IsTheNearestOfTheTwoNeighbours() {
    for (int seed = 0; seed < 20; seed++) {
      float[] values = values(seed);
      float[] rounded = sent(SumFormat.BF16, values);
      for (int i = 0; i < TRAINED; i++) {
        assertThat(rounded[i]).isEqualTo(nearestHalf(values[i]));
      }
    }
  }

  /** Of the two numbers with 16 bits around it, the nearer one, or the even one. */
  private static float nearestHalf(float value) {
    int below = Float.floatToRawIntBits(value) & 0xffff0000;
    int above = below + 0x10000;
    var exact = new BigDecimal(value).abs();
    var toBelow = exact.subtract(new BigDecimal(Float.intBitsToFloat(below)).abs());
    var toAbove = new BigDecimal(Float.intBitsToFloat(above)).abs().subtract(exact);
    int order = toBelow.compareTo(toAbove);
    boolean belowIsEven = (below >>> 16 & 1) == 0;
    return Float.intBitsToFloat(order < 0 || (order == 0 && belowIsEven) ? below : above);
  }

  @ParameterizedTest
  @CsvSource({
    "0x1.01p0, 0x1.0p0", // a tie, to the even one below
    "0x1.03p0, 0x1.04p0", // a tie, to the even one above
    "0x1.010002p0, 0x1.02p0",
    "-0x1.03p0, -0x1.04p0",
    "-0.0, -0.0",
    "0x1.fefffep127, 0x1.fep127", // the greatest that stays finite
    "0x1.ffp127, Infinity",
    "Infinity, Infinity",
    "-Infinity, -Infinity",
    "NaN, NaN",
    "0x1.0p-133, 0x1.0p-133", // the least that is left
    "0x0.8p-133, 0.0"
  })
  void bf16AtItsEdges(float value, float expected) {
    float[] values = {value};
    SumCodec.round(SumFormat.BF16, values, 1);
    assertThat(bits(values)).containsExactly(Float.floatToRawIntBits(expected));
  }

  @Test
  void noNumberBecomesOneByRounding() {
    float[] values = {Float.intBitsToFloat(0x7f800001), Float.intBitsToFloat(0xffffffff)};
    SumCodec.round(SumFormat.BF16, values, 2);
    assertThat(values).containsExactly(Float.NaN, Float.NaN);
  }

  @Test
  void int8IsTheNearestMultipleOfTheScaleOfItsChunk() {
    for (int seed = 0; seed < 20; seed++) {
      float[] values = values(seed);
      float[] rounded = sent(SumFormat.INT8, values);
      for (int from = 0; from < TRAINED; from += SumCodec.CHUNK) {
        int to = Math.min(TRAINED, from + SumCodec.CHUNK);
        float greatest = 0;
        for (int i = from; i < to; i++) {
          greatest = Math.max(greatest, Math.abs(values[i]));
        }
        float scale = greatest / 127;
        for (int i = from; i < to; i++) {
          // The quotient is rounded to a float first, and that to a whole number.
          var quotient = new BigDecimal(values[i] / scale);
          int whole = quotient.setScale(0, RoundingMode.HALF_EVEN).intValueExact();
          var product =
              new BigDecimal(whole).multiply(new BigDecimal(scale), MathContext.UNLIMITED);
          assertThat(rounded[i]).isEqualTo(product.floatValue());
          assertThat(Math.abs(rounded[i] - values[i])).isLessThanOrEqualTo(scale * 0.5001f);
        }
      }
    }
  }

  @Test
  void aTieGoesToTheEvenMultiple() {
    float[] values = {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 126.5f, -127};
    SumCodec.round(SumFormat.INT8, values, values.length);
    assertThat(values).containsExactly(127, 0, 2, 2, 0, -2, 126, -127);
  }

  @Test
  void aChunkWithoutNumbersStaysZeroAndOneThatIsNotFiniteIsNoneAltogether() {
    float[] values = new float[3 * SumCodec.CHUNK];
    values[3] = -0.0f;
    values[SumCodec.CHUNK + 3] = Float.NEGATIVE_INFINITY;
    values[SumCodec.CHUNK + 4] = 1;
    values[2 * SumCodec.CHUNK] = Float.MIN_VALUE * 50; // less than a scale of its own
    values[2 * SumCodec.CHUNK + 1] = Float.MIN_VALUE * 190; // its scale is 1, and not 1.5
    float[] rounded = values.clone();
    SumCodec.round(SumFormat.INT8, rounded, rounded.length);
    assertThat(Arrays.copyOf(rounded, SumCodec.CHUNK)).containsOnly(0);
    for (int i = SumCodec.CHUNK; i < 2 * SumCodec.CHUNK; i++) {
      assertThat(rounded[i]).isNaN();
    }
    assertThat(rounded[2 * SumCodec.CHUNK]).isEqualTo(Float.MIN_VALUE * 50);
    assertThat(rounded[2 * SumCodec.CHUNK + 1]).isEqualTo(Float.MIN_VALUE * 127);

    float[] sent = new float[rounded.length];
    byte[] room = new byte[SumCodec.bytes(SumFormat.INT8, sent.length, sent.length)];
    SumCodec.encode(SumFormat.INT8, values, sent.length, sent.length, room);
    read(SumFormat.INT8, room, 0, sent.length, sent);
    assertThat(bits(sent)).isEqualTo(bits(rounded));
  }

  @ParameterizedTest
  @CsvSource({
    "FP32, 0, 3, 12",
    "FP32, 300, 303, 1212",
    "BF16, 300, 303, 612",
    "INT8, 300, 303, 320",
    "INT8, 256, 256, 260",
    "INT8, 0, 3, 12",
    "BF16, 0, 0, 0"
  })
  void lengths(SumFormat format, int trained, int floats, int bytes) {
    assertThat(SumCodec.bytes(format, trained, floats)).isEqualTo(bytes);
  }

  @Test
  void theLayoutIsLittleEndianWithScalesBeforeNumbers() {
    byte[] room = new byte[SumCodec.bytes(SumFormat.INT8, 257, 258)];
    float[] values = new float[258];
    values[0] = 254;
    values[1] = -2;
    values[256] = 127;
    values[257] = 0.25f;
    SumCodec.encode(SumFormat.INT8, values, 257, 258, room);
    var written = ByteBuffer.wrap(room).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(written.getFloat(0)).isEqualTo(2);
    assertThat(written.getFloat(4)).isEqualTo(1);
    assertThat(new byte[] {room[8], room[9], room[10], room[8 + 256]})
        .containsExactly(127, -1, 0, 127);
    assertThat(written.getFloat(8 + 257)).isEqualTo(0.25f);

    byte[] half = new byte[SumCodec.bytes(SumFormat.BF16, 1, 1)];
    SumCodec.encode(SumFormat.BF16, new float[] {-2}, 1, 1, half);
    assertThat(half).containsExactly(0x00, 0xc0);
  }

  /** Within a payload that does not begin at the buffer's beginning, as after the network. */
  private static float[] sent(SumFormat format, float[] values) {
    byte[] room = new byte[SumCodec.bytes(format, TRAINED, FLOATS) + 9];
    SumCodec.encode(format, values, TRAINED, FLOATS, room);
    byte[] moved = new byte[room.length];
    System.arraycopy(room, 0, moved, 5, room.length - 9);
    float[] read = new float[FLOATS];
    Arrays.fill(read, 77);
    read(format, moved, 5, TRAINED, read);
    return read;
  }

  private static void read(
      SumFormat format, byte[] bytes, int offset, int trained, float[] values) {
    var reader = new SumReader();
    float[] piece = new float[SumReader.FLOATS];
    for (int from = 0; from < values.length; from += SumReader.FLOATS) {
      int to = Math.min(values.length, from + SumReader.FLOATS);
      reader.read(format, SumReader.Encoded.of(bytes, offset), trained, from, to, piece);
      System.arraycopy(piece, 0, values, from, to - from);
    }
  }

  /** The loops that read a piece, against one number after the other. */
  @ParameterizedTest
  @EnumSource(SumFormat.class)
  void aPieceIsReadAsNumberByNumber(SumFormat format) {
    for (int trained : new int[] {0, 1, 255, 256, 511, 512, 513, 768, FLOATS}) {
      byte[] room = new byte[SumCodec.bytes(format, trained, FLOATS)];
      new Random(trained).nextBytes(room); // whatever the bytes are
      var in = ByteBuffer.wrap(room).order(ByteOrder.LITTLE_ENDIAN);
      float[] expected = new float[FLOATS];
      int scales = (trained + SumCodec.CHUNK - 1) / SumCodec.CHUNK * Float.BYTES;
      for (int i = 0; i < FLOATS; i++) {
        int state = SumCodec.bytes(format, trained, trained) + (i - trained) * Float.BYTES;
        expected[i] =
            i >= trained
                ? in.getFloat(state)
                : switch (format) {
                  case FP32 -> in.getFloat(i * Float.BYTES);
                  case BF16 -> Float.intBitsToFloat(in.getShort(i * Short.BYTES) << 16);
                  case INT8 -> in.get(scales + i) * in.getFloat(i / SumCodec.CHUNK * Float.BYTES);
                };
      }
      float[] read = new float[FLOATS];
      read(format, room, 0, trained, read);
      assertThat(read).as("%s of %d", format, trained).isEqualTo(expected);
    }
  }

  private static float[] values(int seed) {
    var random = new Random(seed);
    float[] values = new float[FLOATS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(7) - 5));
    }
    return values;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
