package dev.sluice.schemas.codec;

/**
 * What came of decoding bytes.
 *
 * @param <T> the message asked for
 */
public sealed interface Decoded<T> {

  /**
   * The message.
   *
   * @param value as this build's schema has it
   * @param <T> its type
   */
  record Message<T>(T value) implements Decoded<T> {}

  /**
   * Written with a schema that has not been seen yet. Not malformed: it may be on its way; {@link
   * SchemaWait} says for how long.
   *
   * @param fingerprint CRC-64-AVRO of the writer's schema
   * @param <T> the message asked for
   */
  record UnknownSchema<T>(long fingerprint) implements Decoded<T> {}

  /**
   * Not such a message.
   *
   * @param why in one sentence
   * @param <T> the message asked for
   */
  record Malformed<T>(String why) implements Decoded<T> {}
}
