package dev.sluice.deploy.chaos;

import dev.sluice.deploy.chaos.Fault.Action;
import dev.sluice.deploy.chaos.Fault.Kind;
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

  /** What counts as recovery from a fault; empty where it is not measured. */
  static String of(Kind kind, Action action) {
    return switch (kind) {
      case WORKER ->
          switch (action) {
            case KILL -> "worker killed: its tasks begun elsewhere";
            case HANG -> "worker hangs: its tasks begun elsewhere";
            case RESTART, FILL -> "";
          };
      case COORDINATOR ->
          switch (action) {
            case KILL -> "coordinator killed: its jobs folded further";
            case HANG -> "coordinator hangs: its jobs folded further";
            case RESTART -> "coordinator restarted: its jobs folded further";
            case FILL -> "";
          };
      case BROKER ->
          switch (action) {
            case KILL -> "broker killed: stall of a client of its partitions";
            case HANG -> "broker hangs: stall of a client of its partitions";
            case RESTART -> "broker restarted: stall of a client of its partitions";
            case FILL -> "broker out of space: stall of a client of its partitions";
          };
      case PRODUCER -> "";
    };
  }

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
