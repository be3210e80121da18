package dev.sluice.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Measured recovery times by what was lost. */
final class Recoveries {

  private final Map<String, List<Long>> timesMs = new TreeMap<>();

  /**
   * Times of one kind.
   *
   * @param what what was lost, and what counts as recovery
   * @param samples how many were measured
   * @param p50Ms half took no longer
   * @param maxMs the longest
   */
  record Line(String what, int samples, long p50Ms, long maxMs) {}

  static final String JOIN = "worker joins: from its first heartbeat to its first task";

  synchronized void add(String what, long ms) {
    timesMs.computeIfAbsent(what, key -> new ArrayList<>()).add(ms);
  }

  /** All of them. */
  synchronized List<Line> lines() {
    var lines = new ArrayList<Line>();
    timesMs.forEach(
        (what, times) -> {
          var sorted = new ArrayList<>(times);
          Collections.sort(sorted);
          lines.add(
              new Line(what, sorted.size(), sorted.get((sorted.size() - 1) / 2), sorted.getLast()));
        });
    return lines;
  }
}
