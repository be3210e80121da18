package dev.sluice.chaos;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.platform.terminal.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came out of a campaign.
 *
 * @param seed seed of the plan
 * @param faults faults that happened
 * @param byKind faults by kind of process and action
 * @param jobs jobs that were acknowledged, and ended once each
 * @param rows rows that were answered, once each
 * @param models final parameters of each training job, the same in every run of it
 * @param recoveries measured times
 * @param endedByThemselves processes that ended without having been told to; they were started
 *     again
 * @param violations what did not hold; empty: everything did
 * @param seconds time from the first fault to the last outcome
 */
record Report(
    long seed,
    int faults,
    Map<String, Integer> byKind,
    int jobs,
    long rows,
    Map<String, String> models,
    List<Recoveries.Line> recoveries,
    List<String> endedByThemselves,
    List<String> violations,
    double seconds) {

  private static final double MS = 1000.0;

  Report {
    byKind = Map.copyOf(byKind);
    models = Map.copyOf(models);
    recoveries = List.copyOf(recoveries);
    endedByThemselves = List.copyOf(endedByThemselves);
    violations = List.copyOf(violations);
  }

  boolean held() {
    return violations.isEmpty();
  }

  /**
   * For people.
   *
   * @param columns of the terminal; 0: none
   */
  String text(int columns) {
    var text = new StringBuilder();
    text.append(
        String.format(Locale.ROOT, "%d faults in %.0f s (seed %d)%n", faults, seconds, seed));
    var kinds = new TextTable(left("FAULT").least(12), right("TIMES"));
    new TreeMap<>(byKind).forEach((kind, count) -> kinds.row(kind, String.valueOf(count)));
    var times =
        new TextTable(
            left("RECOVERY, measured on this machine").least(20),
            right("TIMES").leaves(1),
            right("P50"),
            right("MAX"));
    for (var it : recoveries) {
      times.row(it.what(), String.valueOf(it.samples()), seconds(it.p50Ms()), seconds(it.maxMs()));
    }
    text.append(kinds.text(columns)).append('\n').append(times.text(columns)).append('\n');
    text.append(String.format(Locale.ROOT, "%d jobs acknowledged, %d rows answered%n", jobs, rows));
    var digests = new Facts(3, 8, columns);
    new TreeMap<>(models).forEach(digests::line);
    text.append(digests);
    endedByThemselves.forEach(
        ended -> text.append(TerminalText.paragraph("note: " + ended, columns, 2)));
    violations.forEach(
        violation -> text.append(TerminalText.paragraph("VIOLATED: " + violation, columns, 2)));
    if (held()) {
      text.append(
          TerminalText.paragraph(
              "held: each job ended once, each row was answered once, always the same bits",
              columns,
              2));
    }
    return text.toString();
  }

  private static String seconds(long ms) {
    return String.format(Locale.ROOT, "%.2f s", ms / MS);
  }
}
