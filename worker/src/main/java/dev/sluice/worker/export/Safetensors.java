package dev.sluice.worker.export;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.TensorSpec;
import dev.sluice.worker.engine.EngineException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The safetensors format (github.com/huggingface/safetensors): eight bytes of header length, a JSON
 * header with the place of every tensor, then the values, little-endian. A network's flat vector is
 * the value part as it stands.
 *
 * <p>The reader is strict, because files come from users: it takes 32-bit floats only, and every
 * byte must belong to exactly one tensor.
 */
public final class Safetensors {
  /** Bytes of header that are read; the format's own limit is 100 MB. */
  public static final int MAX_HEADER_BYTES = 16 << 20;

  /** Tensors in a file. */
  public static final int MAX_TENSORS = 100_000;

  private static final String METADATA = "__metadata__";
  private static final int ALIGNMENT_BYTES = 8;
  private static final int MAX_DIMENSIONS = 16;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Safetensors() {}

  /**
   * What a file holds.
   *
   * @param tensors the tensors in the order of their offsets; {@code trained} is true for all, as
   *     the format does not tell
   * @param metadata the header's free texts
   * @param values the values of all tensors, little-endian
   */
  public record Contents(
      List<TensorSpec> tensors, Map<String, String> metadata, ByteBuffer values) {
    public Contents {
      tensors = List.copyOf(tensors);
      metadata = Map.copyOf(metadata);
    }
  }

  /**
   * Writes a file.
   *
   * @param tensors names, shapes and places in the vector
   * @param flat the vector: 32-bit floats, native byte order, without gaps
   * @param metadata free texts
   * @return the file's bytes
   */
  public static byte[] write(
      List<TensorSpec> tensors, MemorySegment flat, Map<String, String> metadata) {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = header.putObject(METADATA);
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long bytes = 0;
    for (TensorSpec tensor : tensors) {
      ObjectNode entry = header.putObject(tensor.name());
      entry.put("dtype", "F32");
      ArrayNode shape = entry.putArray("shape");
      tensor.shape().forEach(shape::add);
      long begin = tensor.offset() * Float.BYTES;
      bytes = begin + elements(tensor.shape()) * Float.BYTES;
      entry.putArray("data_offsets").add(begin).add(bytes);
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    ByteBuffer file =
        ByteBuffer.allocate(Math.toIntExact(Long.BYTES + padded + bytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(padded).put(text);
    while (file.position() < Long.BYTES + padded) {
      file.put((byte) ' ');
    }
    ByteBuffer values = flat.asSlice(0, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    file.asFloatBuffer().put(values.asFloatBuffer());
    return file.array();
  }

  /**
   * Reads a file.
   *
   * @param file the file's bytes
   * @return its contents; {@code values} is a view of the bytes given
   * @throws EngineException with BAD_INPUT where the bytes are no safetensors file of 32-bit floats
   */
  public static Contents read(byte[] file) throws EngineException {
    if (file.length < Long.BYTES) {
      throw malformed("it has " + file.length + " bytes, and the header's length takes eight");
    }
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long headerBytes = bytes.getLong();
    if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > bytes.remaining()) {
      throw malformed(
          "its header claims "
              + Long.toUnsignedString(headerBytes)
              + " bytes of "
              + bytes.remaining()
              + "; at most "
              + MAX_HEADER_BYTES
              + " are read");
    }
    JsonNode header = header(file, (int) headerBytes);
    ByteBuffer values =
        bytes
            .slice(Long.BYTES + (int) headerBytes, bytes.remaining() - (int) headerBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    Map<String, String> metadata = new TreeMap<>();
    List<TensorSpec> tensors = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().equals(METADATA)) {
        metadata.putAll(metadata(entry.getValue()));
      } else {
        tensors.add(tensor(entry.getKey(), entry.getValue(), values.remaining()));
      }
    }
    tensors.sort(Comparator.comparingLong(TensorSpec::offset));
    checkCoverage(tensors, values.remaining());
    return new Contents(tensors, metadata, values);
  }

  private static JsonNode header(byte[] file, int headerBytes) throws EngineException {
    if (file[Long.BYTES] != '{') {
      throw malformed("its header does not start with {");
    }
    try {
      // As text: given bytes, the parser would guess at encodings other than UTF-8.
      JsonNode header =
          JSON.readTree(new String(file, Long.BYTES, headerBytes, StandardCharsets.UTF_8));
      if (header.size() > MAX_TENSORS) {
        throw malformed(
            "it has " + header.size() + " tensors; at most " + MAX_TENSORS + " are read");
      }
      return header;
    } catch (JsonProcessingException broken) {
      throw malformed("its header is not JSON: " + broken.getOriginalMessage());
    }
  }

  private static Map<String, String> metadata(JsonNode node) throws EngineException {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isTextual()) {
        throw malformed("its metadata " + entry.getKey() + " is not a text");
      }
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    return texts;
  }

  private static TensorSpec tensor(String name, JsonNode entry, int valueBytes)
      throws EngineException {
    String type = entry.path("dtype").asText();
    if (!type.equals("F32")) {
      throw malformed("the tensor " + name + " is of type '" + type + "'; only F32 is read");
    }
    JsonNode dimensions = entry.path("shape");
    if (!dimensions.isArray() || dimensions.size() > MAX_DIMENSIONS) {
      throw malformed("the tensor " + name + " has no shape of at most 16 dimensions");
    }
    List<Integer> shape = new ArrayList<>();
    for (JsonNode dimension : dimensions) {
      if (!dimension.isInt() || dimension.intValue() < 0) {
        throw malformed("the tensor " + name + " has the dimension " + dimension);
      }
      shape.add(dimension.intValue());
    }
    JsonNode offsets = entry.path("data_offsets");
    boolean pair =
        offsets.size() == 2
            && offsets.path(0).isIntegralNumber()
            && offsets.path(1).isIntegralNumber();
    long begin = pair && offsets.path(0).canConvertToLong() ? offsets.path(0).longValue() : -1;
    long end = pair && offsets.path(1).canConvertToLong() ? offsets.path(1).longValue() : -1;
    if (begin < 0 || end < begin || end > valueBytes || begin % Float.BYTES != 0) {
      throw malformed(
          "the tensor " + name + " has offsets " + offsets + " in " + valueBytes + " bytes");
    }
    long elements = elements(shape);
    if ((end - begin) != elements * Float.BYTES) {
      throw malformed(
          "the tensor " + name + " of shape " + shape + " takes " + (end - begin) + " bytes");
    }
    return new TensorSpec(name, shape, begin / Float.BYTES, true);
  }

  private static void checkCoverage(List<TensorSpec> tensors, int valueBytes)
      throws EngineException {
    long at = 0;
    for (TensorSpec tensor : tensors) {
      if (tensor.offset() * Float.BYTES != at) {
        throw malformed(
            "the tensor " + tensor.name() + " overlaps another or leaves a gap before it");
      }
      at += elements(tensor.shape()) * Float.BYTES;
    }
    if (at != valueBytes) {
      throw malformed("its tensors take " + at + " bytes of " + valueBytes);
    }
  }

  /** The product of a shape; an absurd one saturates instead of wrapping round. */
  private static long elements(List<Integer> shape) {
    long product = 1;
    for (int dimension : shape) {
      product = Math.min(product * dimension, Integer.MAX_VALUE);
    }
    return product;
  }

  private static EngineException malformed(String why) {
    return new EngineException(
        new Cause(
            Code.MODEL_UNUSABLE,
            "model",
            "the file is not a safetensors file that Sluice can read",
            why,
            "save the tensors as 32-bit floats with the safetensors library"));
  }
}
