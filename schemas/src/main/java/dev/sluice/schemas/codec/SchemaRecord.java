package dev.sluice.schemas.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** What a record of {@code sluice.schemas} holds: the JSON of one writer schema. */
public final class SchemaRecord {

  /** The largest of ours has some tens of thousands. */
  static final int BYTES_MAX = 1 << 20;

  private SchemaRecord() {}

  /** A record is no schema. */
  public static final class NotASchema extends Exception {
    private static final long serialVersionUID = 1L;

    NotASchema(String why) {
      super(why);
    }
  }

  /**
   * Reads a record.
   *
   * @param value its bytes; its position does not change
   * @throws NotASchema where it holds none
   */
  public static Schema parse(ByteBuffer value) throws NotASchema {
    if (value.remaining() > BYTES_MAX) {
      throw new NotASchema(
          "It has " + value.remaining() + " bytes; a schema has at most " + BYTES_MAX + ".");
    }
    var json = StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    try {
      return new Schema.Parser(NameValidator.STRICT_VALIDATOR).parse(json);
    } catch (RuntimeException e) {
      // Its further lines tell where the parser's text came from.
      throw new NotASchema("It can't be parsed: " + e.toString().lines().findFirst().orElse(""));
    } catch (StackOverflowError e) {
      throw new NotASchema("It is nested too deeply.");
    }
  }
}
