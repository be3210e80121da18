package dev.sluice.benchmark.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** What a process found that measures one thing and ends: one line of JSON among what it says. */
public final class ChildResult {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MARK = "result ";
  private static final Pattern LINE = Pattern.compile("^" + MARK + "(\\{.*})$");

  private ChildResult() {}

  /** The line. */
  static String line(Object result) {
    try {
      return MARK + JSON.writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result is not JSON", e);
    }
  }

  /**
   * Runs such a process.
   *
   * @param scratch directory for its temporary files
   * @param heap size of its Java heap, as -Xmx takes it
   * @param arguments of {@link Child}
   * @param type what it finds
   * @param within longest time that it may take
   * @throws IllegalStateException where it finds nothing, with what it said
   */
  public static <T> T of(
      Path scratch, String heap, List<String> arguments, Class<T> type, Duration within)
      throws IOException, InterruptedException {
    try (var child = TimedProcess.start(scratch, heap, arguments)) {
      return JSON.readValue(child.await(LINE, 1, within).found().group(1), type);
    }
  }
}
