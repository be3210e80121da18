package dev.sluice.coordinator.shell.audit;

import dev.sluice.coordinator.audit.AuditReport;
import dev.sluice.coordinator.audit.Part;
import dev.sluice.coordinator.audit.ReplayOrigin;
import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.TerminalText;
import java.util.Locale;

/** What an audit found, for people. */
final class AuditText {

  private static final int LABELS = 9;

  private AuditText() {}

  /**
   * @param asked the version that was asked for
   * @param columns of the terminal; 0: none
   */
  static String of(String asked, AuditReport report, int columns) {
    var version = report.version();
    var audited = name(report);
    var facts = new Facts(0, LABELS, columns);
    facts.line("Model", audited + " of job " + version.jobId());
    report.parts().forEach(part -> facts.line("Read", read(part)));
    facts.line("Recorded", version.sha256());
    if (!report.derived().isEmpty()) {
      facts.line("Derived", report.derived());
    }
    verdict(facts, audited, report);
    return asked.equals(audited)
        ? facts.toString()
        : TerminalText.paragraph(
                asked
                    + " was made from "
                    + audited
                    + " by quantisation, which leaves no gradients: "
                    + audited
                    + " is what is audited.",
                columns,
                0)
            + facts;
  }

  private static String read(Part part) {
    var origin =
        switch (part.origin()) {
          case ReplayOrigin.WholeLog() -> "the whole log of the job";
          case ReplayOrigin.Anchor(long generation) ->
              "the log from an anchor at step " + generation;
          case ReplayOrigin.Nothing() -> "nothing to start from";
        };
    return String.format(
        Locale.ROOT,
        "sluice.gradients-%d: %s, %d steps folded, %d contributions",
        part.partition(),
        origin,
        part.steps(),
        part.contributions());
  }

  private static void verdict(Facts facts, String audited, AuditReport report) {
    switch (report.verdict()) {
      case MATCHES -> facts.line("Verdict", audited + " is bit for bit what the log gives.");
      case DIFFERS ->
          facts.line("Verdict", audited + " is NOT what the log gives.").line("", since(report));
      case GONE -> {
        facts.line("Verdict", audited + " can't be audited any more:");
        report.missing().forEach(missing -> facts.line("", missing));
        facts.line("", MEND);
      }
    }
  }

  /** How a later model can be kept from the same. */
  static final String MEND =
      "Folded gradients stay within audit-mebibytes of the coordinators: raise it, or audit"
          + " sooner.";

  static String since(AuditReport report) {
    var first = report.difference();
    if (first.isPresent()) {
      var difference = first.get();
      return String.format(
          Locale.ROOT,
          "Block %d differs at generation %d already: see %s.",
          difference.block(),
          difference.generation(),
          difference.source());
    }
    return report.compared() == 0
        ? "Nothing else is recorded of its training any more, so nobody can say since when."
        : String.format(
            Locale.ROOT,
            "The %d generations that anchors and published parameters still hold are what the log"
                + " gives: what was exported or recorded after them differs.",
            report.compared());
  }

  static String name(AuditReport report) {
    return report.version().name() + "@" + report.version().version();
  }
}
