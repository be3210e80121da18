package dev.sluice.platform.document;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The line of every value of a document: a tree of the same shape as the document's.
 *
 * <p>It is a tree, and not a map by path, so that it takes no more memory than the document does; a
 * path repeats the names of everything around it.
 *
 * @param line line on which the value, or the name before it, stands; from 1
 * @param fields by name; empty where the value is no object
 * @param items in order; empty where the value is no list
 */
record Lines(int line, Map<String, Lines> fields, List<Lines> items) {

  /** Reads a whole document; its nesting is what the parser allows. */
  static Lines read(JsonParser parser) throws IOException {
    return parser.nextToken() == null ? leaf(1) : value(parser, lineOf(parser));
  }

  /**
   * The line of the value at a path such as {@code accelerators[3].memory.kind}; where it is not
   * there, that of the nearest value around it.
   */
  int of(String path) {
    return path.isEmpty() ? line : item(path, named(path, line));
  }

  /** The line by the field that the path begins with: the longest, as names may contain dots. */
  private int named(String path, int fallback) {
    String longest = null;
    for (var name : fields.keySet()) {
      boolean begins = path.startsWith(name) && endsAt(path, name.length());
      if (begins && (longest == null || name.length() > longest.length())) {
        longest = name;
      }
    }
    var field = longest == null ? null : fields.get(longest);
    return longest == null || field == null
        ? fallback
        : field.of(withoutDot(path.substring(longest.length())));
  }

  private static boolean endsAt(String path, int at) {
    return at == path.length() || path.charAt(at) == '.' || path.charAt(at) == '[';
  }

  private static String withoutDot(String rest) {
    return rest.startsWith(".") ? rest.substring(1) : rest;
  }

  /** The line by the item that the path begins with. */
  private int item(String path, int fallback) {
    int end = path.indexOf(']');
    if (!path.startsWith("[") || end < 2 || end > 10) {
      return fallback;
    }
    var digits = path.substring(1, end);
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return fallback;
    }
    long index = Long.parseLong(digits);
    if (index >= items.size()) {
      return fallback;
    }
    return items.get((int) index).of(withoutDot(path.substring(end + 1)));
  }

  private static Lines value(JsonParser parser, int line) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, line);
      case START_ARRAY -> list(parser, line);
      case NOT_AVAILABLE,
          END_OBJECT,
          END_ARRAY,
          FIELD_NAME,
          VALUE_EMBEDDED_OBJECT,
          VALUE_STRING,
          VALUE_NUMBER_INT,
          VALUE_NUMBER_FLOAT,
          VALUE_TRUE,
          VALUE_FALSE,
          VALUE_NULL ->
          leaf(line);
    };
  }

  private static Lines object(JsonParser parser, int line) throws IOException {
    var fields = new LinkedHashMap<String, Lines>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      int at = lineOf(parser);
      parser.nextToken();
      fields.put(name, value(parser, at));
    }
    return new Lines(line, fields, List.of());
  }

  private static Lines list(JsonParser parser, int line) throws IOException {
    var items = new ArrayList<Lines>();
    for (var token = parser.nextToken();
        token != null && token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(value(parser, lineOf(parser)));
    }
    return new Lines(line, Map.of(), items);
  }

  private static Lines leaf(int line) {
    return new Lines(line, Map.of(), List.of());
  }

  private static int lineOf(JsonParser parser) {
    return Math.max(1, parser.currentTokenLocation().getLineNr());
  }
}
