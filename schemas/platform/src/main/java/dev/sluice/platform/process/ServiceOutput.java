package dev.sluice.platform.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.KafkaException;

/**
 * What a process says about itself. Sentences go to standard error; where JSON is asked for, one
 * document goes to standard output: what runs, or what is wrong (of the shape that RFC 9457 has).
 */
public final class ServiceOutput {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;

  /**
   * @param json whether documents are asked for
   */
  public ServiceOutput(PrintWriter out, PrintWriter err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  /** What runs, and how to reach it; without JSON the log says so. */
  public void running(Map<String, ?> document) {
    if (json) {
      document(document);
    }
  }

  /** What is wrong, in one sentence. */
  public void error(Trouble trouble, String message) {
    error(trouble, message, List.of());
  }

  /** Everything that is wrong with the configuration. */
  public void error(ConfigProblem problem) {
    error(Trouble.BAD_INPUT, String.valueOf(problem.getMessage()), problem.problems());
  }

  /** The brokers can't be used. */
  public void unreachable(String bootstrapServers, KafkaException why) {
    Throwable reason = why;
    // What a client says when it is not created is only that; what is wrong is below.
    while (reason.getCause() instanceof KafkaException below) {
      reason = below;
    }
    var cause =
        new Cause(
            Code.BROKERS_UNAVAILABLE,
            "bootstrap-servers",
            "The brokers at " + bootstrapServers + " can't be used.",
            reason.getMessage() + ".",
            "Give --bootstrap-servers as host:port, and check that the brokers run.");
    error(
        Trouble.NOT_STARTED, cause.what() + " " + cause.why() + " " + cause.mend(), List.of(cause));
  }

  /**
   * What is wrong.
   *
   * @param message all of it, for people
   * @param problems the same one by one, for programs
   */
  public void error(Trouble trouble, String message, List<Cause> problems) {
    if (json) {
      var document = new LinkedHashMap<String, Object>();
      document.put("code", trouble.code());
      document.put("type", trouble.uri());
      document.put("title", trouble.title());
      document.put("detail", message);
      document.put("problems", problems.stream().map(ServiceOutput::view).toList());
      document(document);
    }
    err.println("error: " + message);
    err.flush();
  }

  private static Map<String, String> view(Cause cause) {
    var view = new LinkedHashMap<String, String>();
    view.put("code", word(cause.code()));
    view.put("fault", word(cause.fault()));
    view.put("where", cause.where());
    view.put("what", cause.what());
    view.put("why", cause.why());
    view.put("mend", cause.mend());
    return view;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void document(Map<String, ?> document) {
    try {
      out.println(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document));
      out.flush();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("strings, numbers and lists are not JSON", e);
    }
  }
}
