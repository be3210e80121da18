package dev.sluice.producer.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.Problem;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Standard output for results, standard error for everything else. Where JSON is asked for, what
 * went wrong is a document on standard output, too, so that programs need not read sentences.
 */
final class Output {

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private boolean lines;

  /**
   * @param json whether results are JSON documents
   */
  Output(PrintWriter out, PrintWriter err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  boolean json() {
    return json;
  }

  /** A result: the document where JSON is asked for, else the text. */
  void result(Object document, String text) {
    if (json) {
      document(document);
    } else {
      out.print(text.endsWith("\n") ? text : text + "\n");
    }
    out.flush();
  }

  /** A JSON document on one line, for those who read line by line. */
  void line(Object document) {
    byLine();
    document(document);
  }

  /** From now on every JSON document has one line, whatever becomes of the command. */
  void byLine() {
    lines = true;
  }

  private void document(Object document) {
    var writer = lines ? ApiJson.MAPPER.writer() : ApiJson.MAPPER.writerWithDefaultPrettyPrinter();
    out.println(written(writer, document));
    out.flush();
  }

  /** Something for people to know; never part of the result. */
  void note(String text) {
    err.println(text);
    err.flush();
  }

  /**
   * A live line that the next one overwrites. It must not wrap, or the terminal scrolls: it is cut
   * to the width at the start, and by the terminal itself (DECAWM) where that was made narrower.
   */
  void live(String text, boolean terminal) {
    var line = Text.fitting(text, Integer.getInteger("sluice.columns", 0));
    err.print(terminal ? "\r\u001b[K\u001b[?7l" + line + "\u001b[?7h" : text + "\n");
    err.flush();
  }

  /** Ends a live line. */
  void endLive(boolean terminal) {
    if (terminal) {
      err.print("\n");
      err.flush();
    }
  }

  /** What went wrong, in one sentence. */
  void error(Trouble trouble, String message) {
    error(trouble, message, List.of());
  }

  /** What went wrong, in one sentence, with everything that led to it. */
  void error(Trouble trouble, String message, List<CauseView> causes) {
    if (json) {
      document(trouble.document(message, causes));
    }
    note("error: " + message);
    causes(causes);
  }

  /** What went wrong, as the server says it. */
  void problem(Problem problem) {
    if (json) {
      document(problem);
    }
    note("error: " + problem.title() + ". " + problem.detail());
    causes(problem.problems());
    var verdicts = problem.verdicts();
    if (verdicts != null) {
      err.print(verdicts(verdicts));
      err.flush();
    }
  }

  /** Everything that is wrong, with place and remedy. */
  private void causes(List<CauseView> causes) {
    for (var cause : causes) {
      note("  " + (cause.where().isEmpty() ? "" : cause.where() + ": ") + cause.what());
      if (!cause.why().isEmpty()) {
        note("      why:  " + cause.why());
      }
      if (!cause.mend().isEmpty()) {
        note("      mend: " + cause.mend());
      }
    }
  }

  /** Verdicts by lane, as lines of text. */
  static String verdicts(List<JobView.VerdictView> verdicts) {
    var text = new StringBuilder();
    for (var verdict : verdicts) {
      text.append("  lane ").append(verdict.lane()).append(": ").append(verdict.verdict());
      if (!verdict.reasons().isEmpty()) {
        text.append(" (").append(String.join(" ", verdict.reasons())).append(')');
      }
      forecast(text, verdict.forecast());
      text.append('\n');
    }
    return text.toString();
  }

  private static void forecast(StringBuilder text, JobView.@Nullable ForecastView forecast) {
    if (forecast == null) {
      return;
    }
    var parts = new ArrayList<String>();
    if (forecast.waitSeconds() != null) {
      parts.add("free in " + Text.seconds(forecast.waitSeconds()));
    }
    if (forecast.workSeconds() != null) {
      parts.add("takes " + Text.seconds(forecast.workSeconds()) + " (" + forecast.basis() + ")");
    }
    if (forecast.workSeconds() == null) {
      parts.add("takes a time that is not known");
    }
    if (forecast.joules() != null) {
      parts.add("at most " + Text.joules(forecast.joules()) + " (" + forecast.basis() + ")");
    }
    if (!parts.isEmpty()) {
      text.append(", ").append(String.join(", ", parts));
    }
  }

  private static String written(ObjectWriter writer, Object document) {
    try {
      return writer.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result is not JSON", e);
    }
  }
}
