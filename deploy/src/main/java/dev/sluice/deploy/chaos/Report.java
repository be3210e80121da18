package dev.sluice.deploy.chaos;

import java.io.PrintWriter;
import java.io.StringWriter;
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

  /** For people. */
  String text() {
    var out = new StringWriter();
    try (var text = new PrintWriter(out)) {
      text.printf(Locale.ROOT, "%d faults in %.0f s (seed %d)%n", faults, seconds, seed);
      new TreeMap<>(byKind)
          .forEach((kind, count) -> text.printf(Locale.ROOT, "   %-44s %6d%n", kind, count));
      text.println();
      text.println("recovery, measured on this machine");
      for (var it : recoveries) {
        text.printf(
            Locale.ROOT,
            "   %-74s %4d times   p50 %5.2f s   max %5.2f s%n",
            it.what(),
            it.samples(),
            it.p50Ms() / MS,
            it.maxMs() / MS);
      }
      text.println();
      text.printf(Locale.ROOT, "%d jobs acknowledged, %d rows answered%n", jobs, rows);
      new TreeMap<>(models)
          .forEach((name, sha256) -> text.printf(Locale.ROOT, "   %-8s %s%n", name, sha256));
      endedByThemselves.forEach(ended -> text.println("note: " + ended));
      violations.forEach(violation -> text.println("VIOLATED: " + violation));
      if (held()) {
        text.println("held: each job ended once, each row was answered once, always the same bits");
      }
    }
    return out.toString();
  }
}
