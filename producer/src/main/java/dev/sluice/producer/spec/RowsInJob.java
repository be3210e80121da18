package dev.sluice.producer.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A job in JSON that has its rows itself, with these as they are written: thousands of such jobs
 * come in a second, and nobody here looks at single values.
 *
 * @param job the job without its rows
 * @param rows what stands there, in UTF-8
 */
record RowsInJob(ObjectNode job, ByteBuffer rows) {

  private static final String ROWS = "rows";

  /** What else a job has is nested less deeply; longer names and texts are read elsewhere. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(20).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .build();

  /**
   * Takes the rows out of a job.
   *
   * @return empty where it is no JSON or has no list of rows, and is to be read like all others,
   *     which also says what is wrong with it
   */
  static Optional<RowsInJob> cut(byte[] document) {
    if (document.length == 0 || document[0] != '{') {
      return Optional.empty();
    }
    try (var parser = JSON.getFactory().createParser(document)) {
      return cut(parser, document);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<RowsInJob> cut(JsonParser parser, byte[] document) throws IOException {
    var job = JSON.createObjectNode();
    ByteBuffer rows = null;
    parser.nextToken();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      var value = parser.nextToken();
      if (name.equals(ROWS) && value == JsonToken.START_ARRAY) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int to = (int) parser.currentTokenLocation().getByteOffset() + 1;
        if (from < 0) {
          return Optional.empty(); // it is not in UTF-8, so that places are no bytes
        }
        rows = ByteBuffer.wrap(document, from, to - from).slice();
      } else {
        job.set(name, JSON.readTree(parser));
      }
    }
    boolean whole = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
    return rows == null || !whole ? Optional.empty() : Optional.of(new RowsInJob(job, rows));
  }
}
