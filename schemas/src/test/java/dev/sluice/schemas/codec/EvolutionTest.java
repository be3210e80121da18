package dev.sluice.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.JobControl;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Protocol;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Today's build reads what yesterday's wrote, and the reverse. {@code released.avpr} holds the
 * schemas of the last release; it is replaced when a release is made, and never otherwise.
 */
class EvolutionTest {

  private static final int SAMPLES = 50;

  private final SplittableRandom random = new SplittableRandom(20_261_123);

  /** All but those that the last release did not have: to it, each is of an unknown schema. */
  static List<Class<? extends Record>> messages() throws IOException {
    var released = lastRelease();
    var messages =
        WireSchemas.MESSAGES.stream()
            .filter(message -> released.getType(message.getName()) != null)
            .toList();
    assertThat(messages).hasSizeGreaterThan(10);
    return messages;
  }

  @ParameterizedTest
  @MethodSource("messages")
  void todayReadsWhatTheLastReleaseWrote(Class<? extends Record> message) throws IOException {
    var yesterday = released(message);
    var codec = knowing(yesterday);
    for (int i = 0; i < SAMPLES; i++) {
      var written = new SampleRecords(random).of(yesterday);
      assertThat(codec.decode(message, single(yesterday, written)))
          .isInstanceOf(Decoded.Message.class);
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void theLastReleaseReadsWhatTodayWrites(Class<? extends Record> message) throws IOException {
    var today = WireSchemas.of(message);
    var yesterday = released(message);
    for (int i = 0; i < SAMPLES; i++) {
      var sample = single(today, new SampleRecords(random, lastRelease()).of(today));
      var decoded = Codec.builtIn().decode(message, sample);
      assertThat(decoded).isInstanceOf(Decoded.Message.class);
      var written = Codec.builtIn().encode(((Decoded.Message<? extends Record>) decoded).value());
      var body = DecoderFactory.get().binaryDecoder(written, 10, written.length - 10, null);
      Object read = new GenericDatumReader<Object>(today, yesterday).read(null, body);
      assertThat(read).isInstanceOf(GenericData.Record.class);
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageSurvivesTheWayThroughBytes(Class<? extends Record> message) throws IOException {
    var codec = Codec.builtIn();
    var schema = WireSchemas.of(message);
    for (int i = 0; i < SAMPLES; i++) {
      var first = codec.decode(message, single(schema, new SampleRecords(random).of(schema)));
      assertThat(first).isInstanceOf(Decoded.Message.class);
      var value = ((Decoded.Message<? extends Record>) first).value();
      assertThat(codec.decode(message, codec.encode(value))).isEqualTo(first);
    }
  }

  @Test
  void aFieldThatALaterReleaseAddsIsSkippedAndOneItLacksGetsItsDefault() throws IOException {
    var later =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "JobControl", "namespace": "dev.sluice.schemas.wire",
                 "fields": [
                   {"name": "jobId", "type": "string"},
                   {"name": "urgency", "type": {"type": "array", "items": "double"}},
                   {"name": "epoch", "type": "int"},
                   {"name": "command", "type": {"type": "enum", "name": "Command",
                     "symbols": ["RUN", "PAUSE", "STOP", "REWIND"], "default": "RUN"}},
                   {"name": "submittedMs", "type": "long"}]}
                """);
    var written = new GenericData.Record(later);
    written.put("jobId", "j1");
    written.put("urgency", List.of(1.0, 2.0));
    written.put("epoch", 7);
    written.put("submittedMs", 5L);
    written.put(
        "command", new GenericData.EnumSymbol(later.getField("command").schema(), "REWIND"));

    var decoded = knowing(later).decode(JobControl.class, single(later, written));

    // A symbol that this build does not know is read as the enum's default.
    assertThat(decoded)
        .isEqualTo(
            new Decoded.Message<>(new JobControl("j1", 7, dev.sluice.schemas.wire.Command.RUN, 5)));
  }

  @Test
  void anUnknownSchemaIsNotMalformed() throws IOException {
    var schema = Schema.createRecord("Other", "", "elsewhere", false, List.of());
    var bytes = single(schema, new GenericData.Record(schema));
    assertThat(Codec.builtIn().decode(JobControl.class, bytes))
        .isEqualTo(new Decoded.UnknownSchema<>(SchemaNormalization.parsingFingerprint64(schema)));
  }

  @Test
  void aFingerprintInTheWrongByteOrderIsNotWaitedForAndSaidToBeThat() {
    var bytes =
        Codec.builtIn().encode(new JobControl("j1", 1, dev.sluice.schemas.wire.Command.RUN, 5));
    var swapped = bytes.clone();
    for (int i = 0; i < Long.BYTES; i++) {
      swapped[2 + i] = bytes[2 + Long.BYTES - 1 - i];
    }
    assertThat(Codec.builtIn().decode(JobControl.class, swapped))
        .isEqualTo(
            new Decoded.Malformed<>(
                "The fingerprint is written big-endian; the Avro single-object encoding wants"
                    + " little-endian."));
  }

  @Test
  void aBodyOfAnotherSchemaThanTheHeaderNamesIsMalformed() {
    var codec = Codec.builtIn();
    var control = codec.encode(new JobControl("j1", 1, dev.sluice.schemas.wire.Command.RUN, 5));
    var longer = java.util.Arrays.copyOf(control, control.length + 3);
    assertThat(codec.decode(JobControl.class, longer))
        .isInstanceOfSatisfying(
            Decoded.Malformed.class, it -> assertThat(it.why()).contains("left over"));
  }

  @ParameterizedTest
  @CsvSource({
    "00000000070A6162,registry",
    "4F626A0104166176,Avro file",
    "7B226A6F62223A31,JSON",
    "01C3000102030405,swapped",
    "68656C6C6F,C3 01"
  })
  void framingOfOtherClientsIsNamed(String hex, String word) {
    assertThat(Codec.builtIn().decode(JobControl.class, HexFormat.of().parseHex(hex)))
        .isInstanceOfSatisfying(Decoded.Malformed.class, it -> assertThat(it.why()).contains(word));
  }

  @Test
  void bytesThatAreNotARecordAreMalformedWithAReason() {
    var codec = Codec.builtIn();
    var good = codec.encode(new JobControl("j1", 1, dev.sluice.schemas.wire.Command.STOP, 5));
    var samples = new ArrayList<byte[]>();
    samples.add(new byte[0]);
    samples.add("{\"jobId\": \"j1\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    samples.add(java.util.Arrays.copyOf(good, good.length - 2));
    var huge = good.clone();
    // A string that claims to be two gigabytes long.
    java.util.Arrays.fill(huge, 10, huge.length, (byte) 0xFE);
    samples.add(huge);
    for (var bytes : samples) {
      assertThat(codec.decode(JobControl.class, bytes)).isInstanceOf(Decoded.Malformed.class);
    }
  }

  private static Protocol lastRelease() throws IOException {
    try (var in = EvolutionTest.class.getResourceAsStream("released.avpr")) {
      return Protocol.parse(in);
    }
  }

  private static Schema released(Class<?> message) throws IOException {
    var schema = lastRelease().getType(message.getName());
    assertThat(schema).as("released schema of %s", message).isNotNull();
    return schema;
  }

  private static Codec knowing(Schema schema) {
    Map<Long, Schema> known = new HashMap<>();
    known.put(SchemaNormalization.parsingFingerprint64(schema), schema);
    return new Codec(known::get);
  }

  private static byte[] single(Schema schema, @Nullable Object value) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(0xC3);
    out.write(0x01);
    var fingerprint = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    fingerprint.putLong(SchemaNormalization.parsingFingerprint64(schema));
    out.write(fingerprint.array());
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<>(schema).write(value, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
