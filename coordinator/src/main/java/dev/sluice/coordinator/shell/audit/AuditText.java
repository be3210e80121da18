package dev.sluice.coordinator.shell.audit;

import dev.sluice.coordinator.audit.AuditReport;
import dev.sluice.coordinator.audit.Origin;
import dev.sluice.coordinator.audit.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an audit found, for people. */
final class AuditText {

  private AuditText() {}

  /**
   * @param asked the version that was asked for
   */
  static String of(String asked, AuditReport report) {
    var version = report.version();
    var audited = name(report);
    var lines = new ArrayList<String>();
    if (!asked.equals(audited)) {
      lines.add(
          asked
              + " was made from "
              + audited
              + " by quantisation, which leaves no gradients: "
              + audited
              + " is what is audited.");
    }
    lines.add("Model     " + audited + " of job " + version.jobId());
    report.parts().forEach(part -> lines.add("Read      " + read(part)));
    lines.add("Recorded  " + version.sha256());
    if (!report.derived().isEmpty()) {
      lines.add("Derived   " + report.derived());
    }
    lines.addAll(verdict(audited, report));
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  private static String read(Part part) {
    var origin =
        switch (part.origin()) {
          case Origin.WholeLog() -> "the whole log of the job";
          case Origin.Anchor(long generation) -> "the log from an anchor at step " + generation;
          case Origin.Nothing() -> "nothing to start from";
        };
    return String.format(
        Locale.ROOT,
        "sluice.gradients-%d: %s, %d steps folded, %d contributions",
        part.partition(),
        origin,
        part.steps(),
        part.contributions());
  }

  private static List<String> verdict(String audited, AuditReport report) {
    return switch (report.verdict()) {
      case MATCHES -> List.of("Verdict   " + audited + " is bit for bit what the log gives.");
      case DIFFERS ->
          List.of(
              "Verdict   " + audited + " is NOT what the log gives.", "          " + since(report));
      case GONE -> {
        var lines = new ArrayList<String>();
        lines.add("Verdict   " + audited + " can't be audited any more:");
        report.missing().forEach(missing -> lines.add("          " + missing));
        lines.add("          " + MEND);
        yield lines;
      }
    };
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
