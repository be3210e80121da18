package dev.sluice.schemas.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes records of every message as this commit's codec does, for {@link GoldenRecordsTest} of
 * later commits. A file has a line for each: message, bytes in base 64, value in Avro's JSON; lines
 * that begin with {@code schema} have the writers' schemas.
 *
 * <p>Run it when a release is made, with its name in that of the file: compile the tests, then
 * {@code java -cp <test class path> dev.sluice.schemas.codec.GoldenRecords
 * schemas/src/test/resources/dev/sluice/schemas/codec/golden-<name>.tsv.gz}. A file is never
 * changed afterwards.
 */
final class GoldenRecords {

  private static final int TRIES = 400;
  private static final int HEADER_BYTES = 10;

  private GoldenRecords() {}

  /**
   * Writes the file.
   *
   * @param arguments its path
   */
  public static void main(String[] arguments) throws IOException {
    var lines = new ArrayList<String>();
    for (var message : WireSchemas.MESSAGES) {
      var schema = WireSchemas.of(message);
      lines.add("schema\t" + message.getSimpleName() + "\t" + withoutWords(schema));
      lines.addAll(records(message, schema));
    }
    try (var out = new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
      out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  /** A schema as readers need it: documentation is half of its text. */
  private static JsonNode withoutWords(Schema schema) throws IOException {
    var json = new ObjectMapper().readTree(schema.toString());
    json.findParents("doc").forEach(part -> ((ObjectNode) part).remove("doc"));
    return json;
  }

  /** Enough records to have every kind of a union and every symbol of an enum once. */
  private static List<String> records(Class<? extends Record> message, Schema schema)
      throws IOException {
    var random = new SplittableRandom(message.getSimpleName().hashCode());
    var codec = Codec.builtIn();
    var covered = new HashSet<String>();
    var lines = new ArrayList<String>();
    for (int i = 0; i < TRIES; i++) {
      var sample = new SampleRecords(random).of(schema);
      if (covers(schema.getName(), schema, sample, covered) || i == 0) {
        var decoded = codec.decode(message, single(schema, sample));
        if (!(decoded instanceof Decoded.Message<? extends Record>(var value))) {
          throw new IllegalStateException(message + " can't be read: " + decoded);
        }
        var bytes = codec.encode(value);
        lines.add(
            message.getSimpleName()
                + "\t"
                + Base64.getEncoder().encodeToString(bytes)
                + "\t"
                + json(schema, bytes));
      }
    }
    return lines;
  }

  /** Whether a value has a kind or symbol that was not covered before; from now on it is. */
  private static boolean covers(
      String at, Schema schema, @Nullable Object value, Set<String> covered) {
    if (schema.getType() == Schema.Type.UNION) {
      var kind = schema.getTypes().get(GenericData.get().resolveUnion(schema, value));
      boolean fresh = covered.add(at + ":" + kind.getFullName());
      return covers(at, kind, value, covered) || fresh;
    }
    boolean fresh = false;
    switch (value) {
      case GenericData.Record record -> {
        for (var field : schema.getFields()) {
          var place = schema.getName() + "." + field.name();
          fresh |= covers(place, field.schema(), record.get(field.pos()), covered);
        }
      }
      case GenericData.EnumSymbol symbol ->
          fresh = covered.add(schema.getFullName() + "#" + symbol);
      case Collection<?> items -> {
        for (var item : items) {
          fresh |= covers(at, schema.getElementType(), item, covered);
        }
      }
      case Map<?, ?> entries -> {
        for (var item : entries.values()) {
          fresh |= covers(at, schema.getValueType(), item, covered);
        }
      }
      case null, default -> {}
    }
    return fresh;
  }

  /** A record in Avro's JSON, which names the kind of every union. */
  static String json(Schema schema, byte[] single) throws IOException {
    var body =
        DecoderFactory.get()
            .binaryDecoder(single, HEADER_BYTES, single.length - HEADER_BYTES, null);
    Object value = new GenericDatumReader<Object>(schema).read(null, body);
    var out = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().jsonEncoder(schema, out);
    new GenericDatumWriter<>(schema).write(value, encoder);
    encoder.flush();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static byte[] single(Schema schema, @Nullable Object value) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(0xC3);
    out.write(0x01);
    out.write(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(SchemaNormalization.parsingFingerprint64(schema))
            .array());
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<>(schema).write(value, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
