package dev.sluice.planner.command;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import dev.sluice.planner.Figures;
import dev.sluice.planner.Plan;
import dev.sluice.planner.Plan.Change;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.platform.terminal.TextTable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A plan as a summary in text. */
final class PlanText {

  private final StringBuilder text = new StringBuilder();
  private final int columns;

  private PlanText(int columns) {
    this.columns = columns;
  }

  /**
   * @param columns of the terminal; 0: none
   */
  static String of(Plan plan, int columns) {
    var summary = new PlanText(columns);
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
            + Figures.count(plan.fleet().devices(), "device")
            + ") with "
            + plan.mix().name()
            + " ("
            + Figures.number(plan.mix().hours())
            + " h, seed "
            + plan.mix().seed()
            + "); every time and energy is modelled, none measured");
    line(
        Figures.count(totals.arrived(), "job")
            + " in all, "
            + Figures.count(totals.done())
            + " done, "
            + Figures.count(totals.never())
            + " can never run"
            + (totals.unpredictable() == 0
                ? ""
                : ", " + Figures.count(totals.unpredictable()) + " can't be predicted"));
    line(
        totals.done() == 0
            ? "Nothing of it runs."
            : "What runs is done after "
                + Figures.span(totals.makespanSeconds())
                + (totals.keepsUp() ? ", which keeps up" : ", which does not keep up")
                + " (to keep up is to have started all of it within "
                + Figures.span(totals.graceSeconds())
                + " of the last arrival)");
    line(
        "Energy of the devices at most "
            + energy(totals.joules())
            + ", power at most "
            + power(totals.wattsMost()));
    line("");
  }

  private void jobs(Plan plan) {
    var table =
        new TextTable(
            left("jobs").least(10),
            right("arrived").leaves(3),
            right("done"),
            right("wait mean").leaves(4),
            right("p50").leaves(1),
            right("p95").leaves(2),
            left("ran on").least(16));
    for (var job : plan.jobs()) {
      boolean ran = job.done() > 0;
      table.row(
          job.job().name(),
          Figures.count(job.arrived()),
          Figures.count(job.done()),
          ran ? Figures.span(job.waits().mean()) : "-",
          ran ? Figures.span(job.waits().p50()) : "-",
          ran ? Figures.span(job.waits().p95()) : "-",
          where(job));
    }
    add(table);
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
                    + Figures.count(where.ran())
                    + " (each "
                    + Figures.span(where.seconds())
                    + " on "
                    + Figures.count(where.devices())
                    + ", "
                    + where.format().label()
                    + (where.bound().isEmpty() ? ")" : ", " + where.bound() + "-bound)"))
        .collect(Collectors.joining("; "));
  }

  private void lanes(Plan plan) {
    var table =
        new TextTable(
            left("lane").least(10).middle(),
            right("devices").leaves(4),
            left("accelerator").least(12).middle().leaves(5),
            right("jobs"),
            right("busy"),
            right("while jobs come").leaves(2),
            right("most waiting").leaves(3),
            right("energy at most").leaves(1));
    for (var lane : plan.lanes()) {
      table.row(
          lane.lane().lane(),
          Figures.count(lane.lane().count()),
          lane.lane().model().id(),
          Figures.count(lane.jobs()),
          Figures.percent(lane.utilisation()),
          Figures.percent(lane.utilisationWithinHorizon()),
          Figures.count(lane.waitingMost()),
          energy(lane.joules()));
    }
    add(table);
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
                ? "To make " + Figures.names(change.jobs()) + " possible: "
                : "To keep up: ")
            + change.says()
            + (change.alternatives().isEmpty()
                ? ""
                : " Else " + String.join("; or ", change.alternatives()) + "."));
  }

  static String energy(@Nullable Double joules) {
    return joules == null ? "not known" : Figures.energy(joules);
  }

  static String power(@Nullable Double watts) {
    return watts == null ? "not known" : Figures.watts(watts);
  }

  private void add(TextTable table) {
    text.append(table.text(columns)).append('\n');
  }

  private void line(String words) {
    text.append(TerminalText.paragraph(words, columns, words.startsWith(" ") ? 4 : 2));
  }
}
