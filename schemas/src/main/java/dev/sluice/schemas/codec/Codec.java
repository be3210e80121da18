package dev.sluice.schemas.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Messages to bytes and back, in Avro's single-object encoding: C3 01, the CRC-64-AVRO fingerprint
 * of the writer's schema (8 bytes, little-endian), the body. The writer's schema is looked up by
 * fingerprint and resolved against this build's, so that old records stay readable. Safe for use by
 * several threads.
 */
public final class Codec {
  /** Largest record in any topic, in bytes: a block and its header, with room to grow. */
  public static final int RECORD_BYTES_MAX = 8 * 1024 * 1024;

  private static final int HEADER_BYTES = 10;
  private static final int MAGIC = 0xC301;

  /** Most writer schemas remembered per message; more are legal but resolved anew. */
  private static final int READERS_MAX = 1_000;

  static {
    // Avro allocates what a length prefix claims: no honest one exceeds the largest record.
    var bytesMax = String.valueOf(RECORD_BYTES_MAX);
    System.setProperty("org.apache.avro.limits.bytes.maxLength", bytesMax);
    System.setProperty("org.apache.avro.limits.string.maxLength", bytesMax);
    System.setProperty("org.apache.avro.limits.collectionItems.maxLength", bytesMax);
  }

  /** What Avro says may quote what it reads. */
  private static final int WHY_CHARS_MAX = 500;

  private record ReaderKey(long fingerprint, Class<?> type) {}

  @SuppressWarnings("ArrayRecordComponent") // written as it is, never compared
  private record Writer(byte[] header, GenericDatumWriter<Object> body) {}

  /** Most messages are smaller. */
  private static final int ROOM_BYTES = 4 * 1024;

  private static final ThreadLocal<EncodedBytes> ROOMS =
      ThreadLocal.withInitial(() -> new EncodedBytes(ROOM_BYTES));

  private final SchemaSource source;
  private final RecordData data = new RecordData();
  private final Map<Class<?>, Writer> writers = new ConcurrentHashMap<>();
  private final Map<ReaderKey, RecordData.Reader<?>> readers = new ConcurrentHashMap<>();

  /**
   * @param source where schemas of other builds come from
   */
  public Codec(SchemaSource source) {
    this.source = source;
  }

  /** A codec that reads what this build writes and nothing else. */
  public static Codec builtIn() {
    return new Codec(fingerprint -> null);
  }

  /**
   * @param message one of {@link WireSchemas#MESSAGES}
   * @throws IllegalArgumentException where the message does not fit its schema, a mistake of ours
   */
  public byte[] encode(Record message) {
    var writer = writers.computeIfAbsent(message.getClass(), this::writer);
    var room = ROOMS.get();
    int bytes = encode(writer, message, room);
    if (bytes <= room.length()) {
      return room.first(bytes);
    }
    // A block of a megabyte is not copied to find out how large it is.
    var exact = new EncodedBytes(bytes);
    encode(writer, message, exact);
    return exact.all();
  }

  /**
   * Encodes a message of many small values, which takes longer than to copy what comes of it.
   *
   * @param bytesExpected room for it; where it is too small, the message is encoded a second time
   * @throws IllegalArgumentException where the message does not fit its schema, a mistake of ours
   */
  public byte[] encode(Record message, int bytesExpected) {
    var room = new EncodedBytes(bytesExpected);
    int bytes = encode(writers.computeIfAbsent(message.getClass(), this::writer), message, room);
    return bytes <= bytesExpected ? room.first(bytes) : encode(message);
  }

  /** Encodes a message, as far as there is room; how many bytes it has. */
  private static int encode(Writer writer, Record message, EncodedBytes out) {
    out.clear();
    out.write(writer.header, 0, HEADER_BYTES);
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      writer.body.write(message, encoder);
      encoder.flush();
      return out.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (AvroRuntimeException | ClassCastException | NullPointerException e) {
      throw new IllegalArgumentException(
          "A " + message.getClass().getSimpleName() + " does not fit its schema: " + e, e);
    }
  }

  /** As {@link #decode(Class, ByteBuffer)}. */
  public <T extends Record> Decoded<T> decode(Class<T> type, byte[] bytes) {
    return decode(type, ByteBuffer.wrap(bytes));
  }

  /**
   * @param type the message expected
   * @param bytes what was read, null for a tombstone; its position does not change. Fields of bytes
   *     are views of it, where it is on the heap: nobody changes it any more
   */
  public <T extends Record> Decoded<T> decode(Class<T> type, @Nullable ByteBuffer bytes) {
    if (bytes == null) {
      return new Decoded.Malformed<>("There is no value: the record is a tombstone.");
    }
    var in = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
    if (in.remaining() < HEADER_BYTES || Short.toUnsignedInt(in.getShort()) != MAGIC) {
      return new Decoded.Malformed<>(Framing.of(bytes));
    }
    long fingerprint = in.order(ByteOrder.LITTLE_ENDIAN).getLong();
    try {
      var reader = reader(type, fingerprint);
      if (reader == null) {
        return writer(Long.reverseBytes(fingerprint)) == null
            ? new Decoded.UnknownSchema<>(fingerprint)
            : new Decoded.Malformed<>(Framing.BIG_ENDIAN);
      }
      var decoder = SlicingDecoder.of(in);
      var message = type.cast(reader.read(null, decoder));
      if (!decoder.isEnd()) {
        return new Decoded.Malformed<>(
            "The value is not a "
                + type.getSimpleName()
                + ": bytes are left over after it. Its header names another schema than the one it"
                + " was written with.");
      }
      return new Decoded.Message<>(message);
    } catch (IOException | RuntimeException e) {
      var why = e.toString();
      return new Decoded.Malformed<>(
          "The value is not a "
              + type.getSimpleName()
              + ": "
              + why.substring(0, Math.min(why.length(), WHY_CHARS_MAX)));
    } catch (StackOverflowError e) {
      // A schema of another writer may nest without end.
      return new Decoded.Malformed<>(
          "The value is not a " + type.getSimpleName() + ": it is nested too deeply.");
    }
  }

  private @Nullable DatumReader<?> reader(Class<?> type, long fingerprint) {
    var key = new ReaderKey(fingerprint, type);
    var known = readers.get(key);
    if (known != null) {
      // A reader caches the resolution per thread and holds no other state.
      return known;
    }
    var writer = writer(fingerprint);
    if (writer == null) {
      return null;
    }
    var reader = new RecordData.Reader<>(writer, readerSchema(type, writer), data);
    if (readers.size() < READERS_MAX) {
      readers.put(key, reader);
    }
    return reader;
  }

  private @Nullable Schema writer(long fingerprint) {
    var ours = WireSchemas.byFingerprint().get(fingerprint);
    return ours != null ? ours : source.find(fingerprint);
  }

  private static Schema readerSchema(Class<?> type, Schema writer) {
    var reader = WireSchemas.of(type);
    if (!writer.getFullName().equals(reader.getFullName())) {
      throw new AvroRuntimeException("it is a " + writer.getFullName());
    }
    return reader;
  }

  private Writer writer(Class<?> type) {
    var schema = WireSchemas.of(type);
    return new Writer(
        header(SchemaNormalization.parsingFingerprint64(schema)),
        new GenericDatumWriter<>(schema, data));
  }

  private static byte[] header(long fingerprint) {
    var header = ByteBuffer.allocate(HEADER_BYTES).putShort((short) MAGIC);
    return header.order(ByteOrder.LITTLE_ENDIAN).putLong(fingerprint).array();
  }
}
