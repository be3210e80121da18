package dev.sluice.platform.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.problem.Utf8;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Text to a tree, YAML or JSON. The text may come from anyone: its length and nesting are bounded,
 * names may not be repeated, and nothing in it names a class. Aliases are refused, since a short
 * text could stand for a huge one.
 */
public final class Document {

  /** Longest document, in characters. */
  public static final int CHARS_MAX = 500_000;

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

  private final String text;
  private final JsonFactory language;
  private final JsonNode root;
  private @Nullable Lines lines;

  private Document(String text, JsonFactory language, JsonNode root) {
    this.text = text;
    this.language = language;
    this.root = root;
  }

  /**
   * Reads a text.
   *
   * @param text YAML or JSON
   * @param kind what it is to be, for messages
   * @param problems takes what is wrong, if it is no document; the root is missing then
   */
  public static Document read(String text, DocumentKind kind, Problems problems) {
    if (text.length() > CHARS_MAX) {
      problems.add(
          Code.TOO_LARGE,
          Problems.WHOLE,
          "The " + kind.noun() + " is " + text.length() + " characters long.",
          "At most " + CHARS_MAX + " are read.",
          kind.whenLong());
      return unreadable();
    }
    try {
      var document = parse(text, kind);
      var root = document.root;
      boolean blank = root.isTextual() && root.textValue().isBlank();
      if (root.isMissingNode() || root.isNull() || blank) {
        problems.add(
            Code.EMPTY, Problems.WHOLE, "The " + kind.noun() + " is empty.", "", kind.whenEmpty());
      }
      return document;
    } catch (Unreadable unreadable) {
      problems.add(unreadable.cause);
      return unreadable();
    }
  }

  /**
   * Reads a text that came as bytes, which must be UTF-8.
   *
   * @param bytes YAML or JSON
   * @param kind what it is to be, for messages
   * @param problems takes what is wrong, if it is no document; the root is missing then
   */
  public static Document read(byte[] bytes, DocumentKind kind, Problems problems) {
    return Utf8.decode(bytes, kind.noun(), problems)
        .map(text -> read(text, kind, problems))
        .orElseGet(Document::unreadable);
  }

  private static Document unreadable() {
    return new Document("", YAML.getFactory(), MissingNode.getInstance());
  }

  /** The tree. */
  public JsonNode root() {
    return root;
  }

  /** The fields of the outermost object; problems takes what is found wrong with them. */
  public Section fields(Problems problems) {
    return new Section(root, "", problems);
  }

  /**
   * The line of a value, from 1.
   *
   * @param path as {@link Section#at} gives it; where nothing stands there, the nearest value
   *     around it counts, so that a missing field has the line of its group
   */
  public int line(String path) {
    if (lines == null) {
      try (var parser = language.createParser(text)) {
        lines = Lines.read(parser);
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible); // it was read before
      }
    }
    return lines.of(path);
  }

  /**
   * A problem of this document as one who has several files needs it told: with the file and the
   * line before the path.
   *
   * @param file what to call the file
   * @param problem a problem whose place is a path in this document, or none
   */
  public Cause placed(String file, Cause problem) {
    var where = problem.where();
    String place;
    if (where.isEmpty() || where.equals(Problems.WHOLE)) {
      place = file;
    } else if (where.startsWith("line ")) { // found while parsing
      place = file + ", " + where;
    } else {
      place = file + ", line " + line(where) + ": " + where;
    }
    return new Cause(problem.code(), place, problem.what(), problem.why(), problem.mend());
  }

  /** The text is no document, for one reason. */
  private static final class Unreadable extends Exception {
    private final transient Cause cause;

    Unreadable(Code code, String where, String what, String why, String mend) {
      this(new Cause(code, where, what, why, mend));
    }

    Unreadable(Cause cause) {
      super(cause.what());
      this.cause = cause;
    }

    static Unreadable because(String language, JsonProcessingException e) {
      String why = firstLine(e.getOriginalMessage());
      String where = at(e.getLocation());
      if (why.startsWith("Duplicate field")) {
        return new Unreadable(
            Code.NAMED_TWICE, where, "A field is given twice.", why + ".", "Keep one of the two.");
      }
      if (why.startsWith("Malformed numeric value")) {
        return new Unreadable(
            Code.MALFORMED,
            where,
            "This is not a number.",
            why + ".",
            "Write a finite decimal number.");
      }
      return new Unreadable(
          Code.MALFORMED,
          where,
          "This is not " + language + ".",
          why,
          "Correct it here or in the line before.");
    }

    private static String firstLine(String message) {
      return message.lines().findFirst().orElse("");
    }
  }

  private static Document parse(String text, DocumentKind kind) throws Unreadable {
    if (!JSON_START.matcher(text).find()) {
      return yaml(text, kind);
    }
    try {
      return new Document(text, JSON.getFactory(), tree(JSON, text));
    } catch (JsonProcessingException notJson) {
      try {
        return yaml(text, kind); // such as {"kind": training}
      } catch (Unreadable neither) {
        throw Unreadable.because("JSON", notJson);
      }
    }
  }

  private static Document yaml(String text, DocumentKind kind) throws Unreadable {
    try {
      requirePlain(text, kind);
      return new Document(text, YAML.getFactory(), tree(YAML, text));
    } catch (JsonProcessingException malformed) {
      throw YamlMistake.of(malformed, text)
          .map(Unreadable::new)
          .orElseGet(() -> Unreadable.because("YAML", malformed));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string cannot fail to be read
    }
  }

  private static JsonNode tree(ObjectMapper language, String text) throws JsonProcessingException {
    try (var parser = language.getFactory().createParser(text)) {
      JsonNode root = language.reader(new WrittenNumbers(parser)).readTree(parser);
      return root == null ? MissingNode.getInstance() : root;
    } catch (JsonProcessingException malformed) {
      throw malformed;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string cannot fail to be read
    }
  }

  /** Refuses what the tree would not show: aliases, which become text, and a second document. */
  private static void requirePlain(String text, DocumentKind kind) throws Unreadable, IOException {
    try (YAMLParser parser = YAML.getFactory().createParser(text)) {
      int depth = 0;
      int documents = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (parser.isCurrentAlias()) {
          throw new Unreadable(
              Code.MALFORMED,
              at(parser.currentTokenLocation()),
              "'*" + parser.getText() + "' is an alias.",
              "Aliases are not followed, so that a short file cannot stand for a huge one.",
              "Write the value out, or put text that begins with an asterisk in quotes.");
        }
        if (depth == 0 && ++documents > 1) {
          throw new Unreadable(
              Code.MALFORMED,
              at(parser.currentTokenLocation()),
              "A second document begins here.",
              kind.whySingle(),
              kind.whenSeveral());
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      }
    }
  }

  private static String at(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? Problems.WHOLE
        : "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}
