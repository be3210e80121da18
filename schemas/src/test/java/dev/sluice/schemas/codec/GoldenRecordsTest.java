package dev.sluice.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What earlier builds of this format wrote, byte by byte, means today what it meant then. {@link
 * GoldenRecords} made the files; each has in its name what it is of.
 */
class GoldenRecordsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String ADVICE =
      """
      Topics and clusters hold such records for days, and a rolling upgrade mixes both builds. Change sluice.avdl so \
      that Avro resolves the two: give a new field a default, leave old fields and kinds in place, rename only with an \
      alias, add kinds and symbols at the end. Only where no cluster holds such records any more may the golden file go.\
      """;

  @ParameterizedTest
  @ValueSource(strings = "format-3")
  void everyMessageOfAnEarlierBuildMeansTodayWhatItMeantThen(String file) throws IOException {
    Map<Long, Schema> schemas = new HashMap<>();
    var seen = new HashSet<String>();
    for (var line : lines(file)) {
      var parts = line.split("\t", 3);
      if (parts[0].equals("schema")) {
        var schema = new Schema.Parser().parse(parts[2]);
        schemas.put(SchemaNormalization.parsingFingerprint64(schema), schema);
      } else {
        seen.add(parts[0]);
        check(file, new Codec(schemas::get), parts[0], parts[1], JSON.readTree(parts[2]));
      }
    }
    assertThat(seen).as("messages of %s", file).hasSizeGreaterThan(10);
  }

  private static void check(String file, Codec codec, String name, String base64, JsonNode expected)
      throws IOException {
    var message = message(file, name);
    var decoded = codec.decode(message, Base64.getDecoder().decode(base64));
    if (!(decoded instanceof Decoded.Message<? extends Record>(var value))) {
      fail("%s, as %s has it, can't be read: %s. %s", name, file, decoded, ADVICE);
      return;
    }
    var today = GoldenRecords.json(WireSchemas.of(message), Codec.builtIn().encode(value));
    compare(file, name, expected, JSON.readTree(today));
  }

  private static Class<? extends Record> message(String file, String name) {
    return WireSchemas.MESSAGES.stream()
        .filter(type -> type.getSimpleName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "In %s there is %s, which this build does not have. %s"
                        .formatted(file, name, ADVICE)));
  }

  /** What was written must be there; fields that came later may be, too. */
  private static void compare(String file, String at, JsonNode expected, JsonNode today) {
    if (expected.isObject()) {
      expected
          .properties()
          .forEach(
              field -> {
                var there = today.get(field.getKey());
                var place = at + "." + field.getKey();
                if (there == null) {
                  fail("%s, as %s has it, is lost. %s", place, file, ADVICE);
                } else {
                  compare(file, place, field.getValue(), there);
                }
              });
    } else if (expected.isArray()) {
      assertThat(today).as("%s of %s. %s", at, file, ADVICE).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        compare(file, at + "[" + i + "]", expected.get(i), today.get(i));
      }
    } else {
      assertThat(today).as("%s of %s. %s", at, file, ADVICE).isEqualTo(expected);
    }
  }

  private static List<String> lines(String file) throws IOException {
    try (InputStream in =
        GoldenRecordsTest.class.getResourceAsStream("golden-" + file + ".tsv.gz")) {
      assertThat(in).as("records of %s", file).isNotNull();
      var text = new GZIPInputStream(in).readAllBytes();
      return new String(text, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
