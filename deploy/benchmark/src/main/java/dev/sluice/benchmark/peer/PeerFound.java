package dev.sluice.benchmark.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a peer found, or why there is nothing.
 *
 * @param figures what it printed; null where it did not run
 * @param why why it did not run; empty where it did
 */
public record PeerFound(@Nullable JsonNode figures, String why) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** It did not run. */
  public static PeerFound absent(String why) {
    return new PeerFound(null, "peer not run: " + why);
  }

  /**
   * Reads what a peer printed: the last line that is a JSON object. Libraries print warnings before
   * and after it.
   */
  static PeerFound read(List<String> lines) {
    for (var line : lines.reversed()) {
      if (line.startsWith("{")) {
        try {
          return new PeerFound(JSON.readTree(line), "");
        } catch (JsonProcessingException e) {
          return absent("it printed " + line);
        }
      }
    }
    return absent(lines.isEmpty() ? "it printed nothing" : "it said " + lines.getFirst());
  }

  /** A figure; null where the peer did not run or does not say it. */
  public @Nullable Double figure(String name) {
    var found = figures == null ? OptionalDouble.empty() : number(figures.path(name));
    return found.isPresent() ? found.getAsDouble() : null;
  }

  private static OptionalDouble number(JsonNode node) {
    return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
  }

  /** Why a figure is missing. */
  public String whyNot() {
    return why.isEmpty() ? "peer not run: it gave no figure" : why;
  }
}
