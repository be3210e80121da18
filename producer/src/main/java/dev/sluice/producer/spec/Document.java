package dev.sluice.producer.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.sluice.schemas.job.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/**
 * Text to a tree, YAML or JSON. The text may come from anyone: its length and nesting are bounded,
 * names may not be repeated, and nothing in it names a class. Aliases are refused, since a short
 * text could stand for a huge one.
 */
final class Document {

  /** Longest document, in characters. */
  static final int CHARS_MAX = 500_000;

  private static final int DEPTH_MAX = 50;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(DEPTH_MAX)
          .maxStringLength(CHARS_MAX)
          .maxNameLength(CHARS_MAX)
          .build();

  /** JSON has its own reader: YAML's does not know every escape of a JSON string. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(CONSTRAINTS)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .streamReadConstraints(CONSTRAINTS)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .build();

  private static final Pattern JSON_START = Pattern.compile("\\A\\s*\\{\\s*[\"}]");

  private Document() {}

  /** The tree; a missing node, with a problem added, where the text is not a document. */
  static JsonNode read(String text, Problems problems) {
    if (text.length() > CHARS_MAX) {
      problems.add(
          "the document",
          "The job file is " + text.length() + " characters long.",
          "At most " + CHARS_MAX + " are read.",
          "Keep data out of the job file: name a data set instead.");
      return MissingNode.getInstance();
    }
    try {
      JsonNode document = parse(text);
      boolean blank = document.isTextual() && document.textValue().isBlank();
      if (document.isMissingNode() || document.isNull() || blank) {
        problems.add("the document", "The job file is empty.", "", "Start with `kind: training`.");
      }
      return document;
    } catch (Unreadable unreadable) {
      problems.add(unreadable.cause);
      return MissingNode.getInstance();
    }
  }

  /** The text is no document, for one reason. */
  private static final class Unreadable extends Exception {
    private final transient Cause cause;

    Unreadable(String where, String what, String why, String mend) {
      super(what);
      this.cause = new Cause(Fault.BAD_INPUT, where, what, why, mend);
    }

    static Unreadable because(String language, JsonProcessingException e) {
      String why = firstLine(e.getOriginalMessage());
      String where = at(e.getLocation());
      if (why.startsWith("Duplicate field")) {
        return new Unreadable(where, "A field is given twice.", why + ".", "Keep one of the two.");
      }
      if (why.startsWith("Malformed numeric value")) {
        return new Unreadable(
            where, "This is not a number.", why + ".", "Write a finite decimal number.");
      }
      return new Unreadable(
          where, "This is not " + language + ".", why, "Correct it here or in the line before.");
    }

    private static String firstLine(String message) {
      return message.lines().findFirst().orElse("");
    }
  }

  private static JsonNode parse(String text) throws Unreadable {
    if (!JSON_START.matcher(text).find()) {
      return yaml(text);
    }
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      try {
        return yaml(text); // such as {"kind": training}
      } catch (Unreadable neither) {
        throw Unreadable.because("JSON", notJson);
      }
    }
  }

  private static JsonNode yaml(String text) throws Unreadable {
    try {
      requirePlain(text);
      return YAML.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw Unreadable.because("YAML", malformed);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string cannot fail to be read
    }
  }

  /** Refuses what the tree would not show: aliases, which become text, and a second document. */
  private static void requirePlain(String text) throws Unreadable, IOException {
    try (YAMLParser parser = YAML.getFactory().createParser(text)) {
      int depth = 0;
      int documents = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (parser.isCurrentAlias()) {
          throw new Unreadable(
              at(parser.currentTokenLocation()),
              "'*" + parser.getText() + "' is an alias.",
              "Aliases are not followed, so that a short file cannot stand for a huge one.",
              "Write the value out, or put text that begins with an asterisk in quotes.");
        }
        if (depth == 0 && ++documents > 1) {
          throw new Unreadable(
              at(parser.currentTokenLocation()),
              "A second document begins here.",
              "A job file describes one job.",
              "Put it into a file of its own and submit that as well.");
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      }
    }
  }

  private static String at(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? "the document"
        : "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}
