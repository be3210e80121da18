package dev.sluice.producer.http;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request, read in full.
 *
 * @param path path values by name
 * @param query first query value by name
 * @param headers first header value by lower-case name
 * @param body the body as UTF-8; empty where there is none
 */
record Request(
    Map<String, String> path, Map<String, String> query, Map<String, String> headers, String body) {

  Request {
    path = Map.copyOf(path);
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  /** A value from the path; the route has it. */
  String path(String name) {
    var value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no :" + name);
    }
    return value;
  }

  /** A value from the query. */
  Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** A header. */
  @Nullable String header(String name) {
    return headers.get(name.toLowerCase(Locale.ROOT));
  }

  /**
   * A whole number from the query.
   *
   * @throws ProblemException where it isn't one or out of bounds
   */
  int number(String name, int otherwise, int min, int max) {
    var text = query.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below, together with what is out of bounds
    }
    throw bad(
        "Query parameter " + name + " must be a whole number from " + min + " to " + max + ".");
  }

  /** Media type of the body, without parameters; empty where none is given. */
  String mediaType() {
    var type = headers.getOrDefault("content-type", "");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Refuses a body of another type.
   *
   * @throws ProblemException of type UNSUPPORTED_TYPE
   */
  void requireMediaType(List<String> supported) {
    if (!supported.contains(mediaType())) {
      throw Problem.of(
              ProblemType.UNSUPPORTED_TYPE,
              "Content-Type is '"
                  + mediaType()
                  + "'. Send one of: "
                  + String.join(", ", supported)
                  + ".")
          .toException();
    }
  }

  /** A problem of type BAD_REQUEST. */
  static ProblemException bad(String detail) {
    return Problem.of(ProblemType.BAD_REQUEST, detail).toException();
  }
}
