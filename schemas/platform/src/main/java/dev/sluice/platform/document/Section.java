package dev.sluice.platform.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An object of a document while it is read: typed access to its fields that notes what is wrong,
 * and, at the end, every field that nobody asked for.
 *
 * <p>A reader gets a usable default where a field is wrong, so that it can go on and find the other
 * problems; the result is thrown away if there were any.
 */
public final class Section {

  private static final String TEXT = "text";

  private final JsonNode node;
  private final String path;
  private final Problems problems;
  private final boolean readable;
  private final Set<String> known = new TreeSet<>();

  /**
   * @param node the object; missing: one without fields
   * @param path where it stands in the document; empty for the outermost
   * @param problems takes what is found wrong
   */
  public Section(JsonNode node, String path, Problems problems) {
    this.problems = problems;
    this.path = path;
    this.readable = node.isObject() || node.isMissingNode();
    if (readable) {
      this.node = node;
    } else {
      this.node = MissingNode.getInstance();
      problems.add(
          Code.WRONG_TYPE,
          path.isEmpty() ? Problems.WHOLE : path,
          "This is " + kind(node) + ".",
          "A group of named fields is expected here.",
          "Write `name: value` lines.");
    }
  }

  /** Path of a field in the document. */
  public String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Where mistakes are noted. */
  public Problems problems() {
    return problems;
  }

  /** Whether the field is there, be it without a value. */
  public boolean mentions(String name) {
    known.add(name);
    return node.has(name);
  }

  /** Whether the field is there and not null. */
  public boolean has(String name) {
    known.add(name);
    return node.hasNonNull(name);
  }

  /** The value of a field as it stands; missing where it is absent or null. */
  public JsonNode raw(String name) {
    known.add(name);
    return has(name) ? node.path(name) : MissingNode.getInstance();
  }

  /** The fields of an object; none where it is absent. */
  public Section section(String name) {
    return new Section(raw(name), at(name), problems);
  }

  /** A text; null where it is absent. A number counts as it is written. */
  public @Nullable String text(String name) {
    var value = raw(name);
    if (value.isMissingNode()) {
      return null;
    }
    if (!value.isTextual() && !value.isNumber()) {
      wrong(name, value, TEXT);
      return null;
    }
    return whole(value.asText(), at(name));
  }

  /**
   * A text without the halves of characters that escapes can leave: no file or topic holds them.
   */
  private String whole(String text, String where) {
    Characters.half(text)
        .ifPresent(
            half ->
                problems.add(
                    Code.INVALID_VALUE,
                    where,
                    "There is half a character, " + half + ".",
                    "Characters beyond U+FFFF are two such escapes, one after the other.",
                    "Write the character itself, or both halves."));
    return text;
  }

  /** A text. */
  public String text(String name, String fallback) {
    var value = text(name);
    return value == null ? fallback : value;
  }

  /**
   * A text that may not be missing; empty where it is.
   *
   * @param meaning what the field is for, in one sentence
   */
  public String required(String name, String meaning) {
    var value = text(name);
    if (value == null && !has(name)) {
      missing(name, meaning);
    }
    return value == null ? "" : value;
  }

  /**
   * A day that may not be missing, as ISO 8601 writes it.
   *
   * @param meaning what the field is for, in one sentence
   */
  public LocalDate day(String name, String meaning) {
    var text = required(name, meaning);
    if (text.isEmpty()) {
      return LocalDate.EPOCH;
    }
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      problems.add(
          Code.INVALID_VALUE,
          at(name),
          "'" + text + "' is not a day.",
          "A day is written as year, month and day.",
          "Write one such as 2026-11-24.");
      return LocalDate.EPOCH;
    }
  }

  /** Notes a missing field, unless there are no fields at all, which was noted before. */
  public void missing(String name, String meaning) {
    if (readable) {
      problems.add(
          Code.MISSING_FIELD,
          at(name),
          "The field " + name + " is missing.",
          meaning,
          "Add `" + name + ":`.");
    }
  }

  /** True or false, in quotes or not; yes, no, on and off are words for them. */
  public boolean flag(String name, boolean fallback) {
    var value = raw(name);
    if (value.isMissingNode()) {
      return fallback;
    }
    var said = Words.flag(value);
    if (said.isEmpty()) {
      wrong(name, value, "true or false");
    }
    return said.orElse(fallback);
  }

  /** True, false, or a word that leaves it open; null for that word and where it is absent. */
  public @Nullable Boolean flag(String name, String open) {
    var value = raw(name);
    boolean left = value.isTextual() && Spelling.normal(value.textValue()).equals(open);
    if (value.isMissingNode() || left) {
      return null;
    }
    var said = Words.flag(value);
    if (said.isEmpty() && value.isTextual()) {
      unknown(at(name), value.textValue(), List.of(open, "true", "false"));
    } else if (said.isEmpty()) {
      wrong(name, value, open + ", true or false");
    }
    return said.orElse(null);
  }

  /** A whole number; in quotes, or written as 64.0, it is one as well. */
  public long whole(String name, long fallback) {
    return whole(raw(name), at(name), fallback);
  }

  /** A whole number of 32 bits. */
  public int small(String name, int fallback) {
    return small(raw(name), at(name), fallback);
  }

  /** A whole number of 32 bits that is not a field of this object. */
  public int small(JsonNode value, String where, int fallback) {
    long whole = whole(value, where, fallback);
    if (whole != (int) whole) {
      problems.add(
          Code.OUT_OF_RANGE,
          where,
          "The number " + whole + " is too large.",
          "It must fit into 32 bits.",
          "Write a smaller number.");
      return fallback;
    }
    return (int) whole;
  }

  private long whole(JsonNode value, String where, long fallback) {
    if (value.isMissingNode()) {
      return fallback;
    }
    var said = Words.whole(value);
    if (said.isEmpty()) {
      misfit(where, value, "a whole number");
    }
    return said.orElse(fallback);
  }

  /** A finite number, in quotes or not. */
  public double number(String name, double fallback) {
    return number(raw(name), at(name), fallback);
  }

  /** A finite number that is not a field of this object. */
  public double number(JsonNode value, String where, double fallback) {
    if (value.isMissingNode()) {
      return fallback;
    }
    var said = Words.number(value);
    if (said.isEmpty()) {
      misfit(where, value, "a number");
    }
    return said.orElse(fallback);
  }

  /** One of a few constants, spelled as {@link Spelling} says, in capitals or not. */
  public <E extends Enum<E>> E choice(String name, Class<E> type, E fallback) {
    var value = text(name);
    if (value == null) {
      return fallback;
    }
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> Spelling.of(constant).equals(Spelling.normal(value)))
        .findFirst()
        .orElseGet(
            () -> {
              unknown(at(name), value, Spelling.all(type));
              return fallback;
            });
  }

  /** A list of texts; empty where it is absent. */
  public List<String> texts(String name) {
    var values = new ArrayList<String>();
    for (var item : items(name)) {
      if (item.isTextual() || item.isNumber()) {
        values.add(whole(item.asText(), at(name) + "[" + values.size() + "]"));
      } else {
        misfit(at(name) + "[" + values.size() + "]", item, TEXT);
        values.add("");
      }
    }
    return values;
  }

  /** A list of whole numbers of 32 bits; empty where it is absent. */
  public List<Integer> sizes(String name) {
    var values = new ArrayList<Integer>();
    for (var item : items(name)) {
      values.add(small(item, at(name) + "[" + values.size() + "]", 1));
    }
    return values;
  }

  /** The items of a list as they stand; none where it is absent. */
  public List<JsonNode> items(String name) {
    var value = raw(name);
    if (!value.isMissingNode() && !value.isArray()) {
      wrong(name, value, "a list");
      return List.of();
    }
    var items = new ArrayList<JsonNode>();
    value.forEach(items::add);
    return items;
  }

  /** The names of all fields, in their order; all count as asked for. */
  public List<String> names() {
    var names = new ArrayList<String>();
    node.fieldNames().forEachRemaining(names::add);
    known.addAll(names);
    return names;
  }

  /** Notes a value that is none of the known ones. */
  public void unknown(String where, String value, List<String> candidates) {
    problems.add(
        Code.UNKNOWN_CHOICE,
        where,
        "There is no '" + value + "' here.",
        Characters.odd(value) + "Known are: " + String.join(", ", candidates) + ".",
        NearestName.hint(value, candidates) + "Use one of these.");
  }

  /** Notes every field that was not asked for. Call it when everything has been read. */
  public void end() {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                problems.add(
                    Code.UNKNOWN_FIELD,
                    at(name),
                    "There is no field '" + name + "' here.",
                    Characters.odd(name) + "Known are: " + String.join(", ", known) + ".",
                    NearestName.hint(name, known) + "Correct the name or remove the field.");
              }
            });
  }

  private void wrong(String name, JsonNode value, String expected) {
    misfit(at(name), value, expected);
  }

  private void misfit(String where, JsonNode value, String expected) {
    boolean word = expected.equals(TEXT) && value.isBoolean();
    problems.add(
        Code.WRONG_TYPE,
        where,
        "This is " + kind(value) + ".",
        "Expected is " + expected + ".",
        word ? "Put it in quotes if the word is meant." : "Write " + expected + " here.");
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case BOOLEAN -> "'" + value.asText() + "'";
      case NUMBER -> "the number " + value.asText();
      case OBJECT -> "a group of fields";
      case STRING -> "the text '" + cut(value.asText()) + "'";
      case NULL, MISSING -> "nothing";
      case BINARY, POJO -> "something else";
    };
  }

  private static String cut(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
