package dev.sluice.deploy.fuzz;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.WireSchemas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/** Messages whose form is right and whose content makes no sense. */
final class Records {
  private static final Map<String, Schema> SCHEMAS =
      WireSchemas.byFingerprint().values().stream()
          .collect(Collectors.toMap(Schema::getFullName, schema -> schema));

  private static final int ITEMS_MAX = 4;
  private static final int DEPTH_MAX = 12;

  private final List<String> texts;
  private final Codec codec = Codec.builtIn();

  /**
   * @param texts names that mean something to whoever gets the messages
   */
  Records(List<String> texts) {
    this.texts = texts;
  }

  /** A message, encoded by the wire's own schema. */
  byte[] bytes(Class<? extends Record> type, Dice dice) {
    var schema = schema(type);
    var out = new ByteArrayOutputStream();
    var header = ByteBuffer.allocate(10).putShort((short) 0xC301).order(ByteOrder.LITTLE_ENDIAN);
    out.writeBytes(header.putLong(SchemaNormalization.parsingFingerprint64(schema)).array());
    body(schema, dice, out);
    return out.toByteArray();
  }

  /** A value of any schema, encoded without a header. */
  void body(Schema schema, Dice dice, ByteArrayOutputStream out) {
    try {
      var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new GenericDatumWriter<Object>(schema).write(value(schema, dice, 0), encoder);
      encoder.flush();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A message, where its records allow what the dice say. */
  <T extends Record> Optional<T> message(Class<T> type, Dice dice) {
    return codec.decode(type, bytes(type, dice)) instanceof Decoded.Message<T>(var message)
        ? Optional.of(message)
        : Optional.empty();
  }

  static Schema schema(Class<? extends Record> type) {
    var schema = SCHEMAS.get(type.getName());
    if (schema == null) {
      throw new IllegalArgumentException(type + " is no message");
    }
    return schema;
  }

  private @Nullable Object value(Schema schema, Dice dice, int depth) {
    return switch (schema.getType()) {
      case RECORD -> {
        var record = new GenericData.Record(schema);
        schema
            .getFields()
            .forEach(field -> record.put(field.pos(), value(field.schema(), dice, depth + 1)));
        yield record;
      }
      case ENUM -> new GenericData.EnumSymbol(schema, dice.of(schema.getEnumSymbols()));
      case ARRAY -> {
        var items = new ArrayList<@Nullable Object>();
        for (int left = depth > DEPTH_MAX ? 0 : dice.below(ITEMS_MAX); left > 0; left--) {
          items.add(value(schema.getElementType(), dice, depth + 1));
        }
        yield items;
      }
      case MAP -> {
        var entries = new HashMap<String, @Nullable Object>();
        for (int left = depth > DEPTH_MAX ? 0 : dice.below(ITEMS_MAX); left > 0; left--) {
          entries.put(text(dice), value(schema.getValueType(), dice, depth + 1));
        }
        yield entries;
      }
      case UNION -> value(dice.of(schema.getTypes()), dice, depth + 1);
      case STRING -> text(dice);
      case BYTES -> ByteBuffer.wrap(dice.bytes(dice.below(40)));
      case FIXED -> new GenericData.Fixed(schema, dice.bytes(schema.getFixedSize()));
      case INT -> (int) dice.number();
      case LONG -> dice.number();
      case FLOAT -> (float) dice.real();
      case DOUBLE -> dice.real();
      case BOOLEAN -> dice.oneIn(2);
      case NULL -> null;
    };
  }

  private String text(Dice dice) {
    return switch (dice.below(8)) {
      case 0 -> "";
      case 1 -> "x".repeat(dice.below(5_000));
      case 2 -> "../../etc/passwd\u0000\n\ud800 \u202e" + dice.below(10);
      default -> dice.of(texts);
    };
  }
}
