package dev.sluice.coordinator.shell.plan;

import dev.sluice.coordinator.plan.Plan;
import dev.sluice.coordinator.plan.Plan.Change;
import dev.sluice.coordinator.plan.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A plan as a summary in text. */
final class PlanText {

  /** What the head of a column of figures begins with. */
  private static final String TO_THE_RIGHT = ">";

  private final StringBuilder text = new StringBuilder();

  private PlanText() {}

  static String of(Plan plan) {
    var summary = new PlanText();
    summary.head(plan);
    summary.jobs(plan);
    summary.lanes(plan);
    summary.refusals(plan);
    summary.line("Bottleneck: " + plan.bottleneck().what() + ". " + plan.bottleneck().says());
    plan.changes().forEach(summary::change);
    return summary.text.toString();
  }

  private void head(Plan plan) {
    var totals = plan.totals();
    line(
        plan.fleet().name()
            + " ("
            + Words.count(plan.fleet().devices(), "device")
            + ") with "
            + plan.mix().name()
            + " ("
            + Words.number(plan.mix().hours())
            + " h, seed "
            + plan.mix().seed()
            + "); every time and energy is modelled, none measured");
    line(
        Words.count(totals.arrived(), "job")
            + " in all, "
            + Words.count(totals.done())
            + " done, "
            + Words.count(totals.never())
            + " can never run"
            + (totals.unpredictable() == 0
                ? ""
                : ", " + Words.count(totals.unpredictable()) + " can't be predicted"));
    line(
        totals.done() == 0
            ? "Nothing of it runs."
            : "What runs is done after "
                + Words.span(totals.makespanSeconds())
                + (totals.keepsUp() ? ", which keeps up" : ", which does not keep up")
                + " (to keep up is to have started all of it within "
                + Words.span(totals.graceSeconds())
                + " of the last arrival)");
    line(
        "Energy of the devices at most "
            + energy(totals.joules())
            + ", power at most "
            + power(totals.wattsMost()));
    line("");
  }

  private void jobs(Plan plan) {
    var rows = new ArrayList<List<String>>();
    var heads = List.of("jobs", ">arrived", ">done", ">wait mean", ">p50", ">p95", "ran on");
    for (var job : plan.jobs()) {
      boolean ran = job.done() > 0;
      rows.add(
          List.of(
              job.job().name(),
              Words.count(job.arrived()),
              Words.count(job.done()),
              ran ? Words.span(job.waits().mean()) : "-",
              ran ? Words.span(job.waits().p50()) : "-",
              ran ? Words.span(job.waits().p95()) : "-",
              where(job)));
    }
    table(heads, rows);
  }

  private static String where(Plan.JobOutcome job) {
    return switch (job.status()) {
      case NEVER -> "never";
      case UNPREDICTABLE -> "can't be predicted";
      case RUNS -> job.done() == 0 ? "-" : ran(job);
    };
  }

  private static String ran(Plan.JobOutcome job) {
    return job.where().stream()
        .filter(where -> where.ran() > 0)
        .map(
            where ->
                where.lane()
                    + " "
                    + Words.count(where.ran())
                    + " (each "
                    + Words.span(where.seconds())
                    + " on "
                    + Words.count(where.devices())
                    + ", "
                    + where.format().label()
                    + (where.bound().isEmpty() ? ")" : ", " + where.bound() + "-bound)"))
        .collect(Collectors.joining("; "));
  }

  private void lanes(Plan plan) {
    var rows = new ArrayList<List<String>>();
    var heads =
        List.of(
            "lane",
            ">devices",
            "accelerator",
            ">jobs",
            ">busy",
            ">while jobs come",
            ">most waiting",
            ">energy at most");
    for (var lane : plan.lanes()) {
      rows.add(
          List.of(
              lane.lane().lane(),
              Words.count(lane.lane().count()),
              lane.lane().model().id(),
              Words.count(lane.jobs()),
              Words.percent(lane.utilisation()),
              Words.percent(lane.utilisationWithinHorizon()),
              Words.count(lane.waitingMost()),
              energy(lane.joules())));
    }
    table(heads, rows);
  }

  private void refusals(Plan plan) {
    boolean any = false;
    for (var job : plan.jobs()) {
      if (job.status() == Plan.Status.RUNS) {
        continue;
      }
      any = true;
      line(
          job.job().name()
              + (job.status() == Plan.Status.NEVER ? " can never run:" : " can't be predicted:"));
      for (var refusal : job.refusals()) {
        line("  " + refusal.lane() + ": " + String.join(" ", refusal.reasons()));
      }
    }
    if (any) {
      line("");
    }
  }

  private void change(Change change) {
    line(
        (change.purpose() == Change.Purpose.MAKE_POSSIBLE
                ? "To make " + Words.names(change.jobs()) + " possible: "
                : "To keep up: ")
            + change.says()
            + (change.alternatives().isEmpty()
                ? ""
                : " Else " + String.join("; or ", change.alternatives()) + "."));
  }

  static String energy(@Nullable Double joules) {
    return joules == null ? "not known" : Words.energy(joules);
  }

  static String power(@Nullable Double watts) {
    return watts == null ? "not known" : Words.watts(watts);
  }

  /** Columns as wide as their widest cell; those whose head begins with {@code >} to the right. */
  private void table(List<String> heads, List<List<String>> rows) {
    var right = heads.stream().map(head -> head.startsWith(TO_THE_RIGHT)).toList();
    var all = new ArrayList<List<String>>();
    all.add(heads.stream().map(PlanText::words).toList());
    all.addAll(rows);
    int[] widths = new int[heads.size()];
    for (var row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (var row : all) {
      var cells = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        var cell = row.get(i);
        var gap = " ".repeat(widths[i] - cell.length());
        cells.append(right.get(i) ? gap + cell : cell + gap).append("  ");
      }
      line(cells.toString().stripTrailing());
    }
    line("");
  }

  private static String words(String head) {
    return head.startsWith(TO_THE_RIGHT) ? head.substring(TO_THE_RIGHT.length()) : head;
  }

  private void line(String words) {
    text.append(words).append('\n');
  }
}
