package dev.sluice.producer.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.sluice.platform.terminal.LiveLine;
import dev.sluice.platform.terminal.Terminal;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.client.SluiceClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Standard output for results, standard error for everything else. Where JSON is asked for, what
 * went wrong is a document on standard output, too, so that programs need not read sentences.
 */
final class Output {

  private static final int CAUSE_INDENT = 12;

  /** Lines are cut, not wrapped, where the terminal was made narrower since the start. */
  private static final String CLEARED = "\u001b[H\u001b[2J\u001b[?7l";

  private static final String WRAPPED = "\u001b[?7h";

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private boolean lines;
  private String waitedFor = "";

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

  /** A text that takes the place of the one before; elsewhere than at a terminal it follows it. */
  void screen(String text) {
    out.print(columns() > 0 ? CLEARED + text + WRAPPED : text + "\n");
    out.flush();
  }

  /** Whether whoever read the results has gone, such as head, which had what it wanted. */
  boolean readerGone() {
    // Picocli's writer stands on the stream, and does not ask it.
    return out.checkError() || System.out.checkError();
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
    note(text, 0);
  }

  private void note(String text, int indent) {
    err.print(TerminalText.paragraph(text, Terminal.errorColumns(), indent));
    err.flush();
  }

  /** What the server must do first; said once, however often it is asked. */
  void waiting(Problem problem) {
    waiting(problem, SluiceClient.STILL_READING_MAX);
  }

  /**
   * What must come first; said once, however often it is asked for.
   *
   * @param longest how long it is waited for
   */
  void waiting(Problem problem, Duration longest) {
    if (!waitedFor.equals(problem.code())) {
      waitedFor = problem.code();
      note(
          "waiting, for at most %s: %s"
              .formatted(Text.seconds((double) longest.toSeconds()), problem.detail()));
    }
  }

  /** A line that the next one overwrites. */
  LiveLine liveLine() {
    return new LiveLine(err, Terminal.errorColumns());
  }

  /** Columns for results; 0 where they go elsewhere than to a terminal, and are whole. */
  int columns() {
    return Terminal.outputColumns();
  }

  /** What went wrong, in one sentence. */
  void error(CommandTrouble trouble, String message) {
    error(trouble, message, List.of());
  }

  /** What went wrong, in one sentence, with everything that led to it. */
  void error(CommandTrouble trouble, String message, List<CauseView> causes) {
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
    note("error: " + problem.title() + ". " + problem.detail() + " [" + problem.code() + "]");
    causes(problem.problems());
    var verdicts = problem.verdicts();
    if (verdicts != null) {
      err.print(verdicts(verdicts, Terminal.errorColumns()));
      err.flush();
    }
  }

  /** Everything that is wrong, with place and remedy. */
  private void causes(List<CauseView> causes) {
    for (var cause : causes) {
      note("  " + (cause.where().isEmpty() ? "" : cause.where() + ": ") + cause.what(), 4);
      if (!cause.why().isEmpty()) {
        note("      why:  " + cause.why(), CAUSE_INDENT);
      }
      if (!cause.mend().isEmpty()) {
        note("      mend: " + cause.mend(), CAUSE_INDENT);
      }
    }
  }

  /**
   * Verdicts by lane, as lines of text.
   *
   * @param columns of the terminal; 0: none
   */
  static String verdicts(List<JobView.VerdictView> verdicts, int columns) {
    var all = new StringBuilder();
    for (var verdict : verdicts) {
      var text = new StringBuilder();
      text.append("  lane ").append(verdict.lane()).append(": ").append(verdict.verdict());
      if (!verdict.reasons().isEmpty()) {
        text.append(" (").append(sentences(verdict.reasons())).append(')');
      }
      forecast(text, verdict.forecast());
      all.append(TerminalText.paragraph(text.toString(), columns, 4));
    }
    return all.toString();
  }

  private static String sentences(List<JobView.ReasonView> reasons) {
    return reasons.stream().map(JobView.ReasonView::what).collect(Collectors.joining(" "));
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
