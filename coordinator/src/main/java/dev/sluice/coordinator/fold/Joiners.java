package dev.sluice.coordinator.fold;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Jobs whose parameters somebody has asked for, and when these are published. The first who asks is
 * answered at once; then the job rests for as long as its answer takes at a rate far below what
 * brokers take, and whoever asks meanwhile is answered together. So however many ask, answers take
 * a bounded share of the log, and small models are answered as if there were no bound.
 */
final class Joiners {

  /** 64 MiB a second for each partition. */
  static final long BYTES_PER_MS = (64L << 20) / 1_000;

  private final TreeSet<String> asked = new TreeSet<>();
  private final Map<String, Long> restsUntilMs = new HashMap<>();

  /** Somebody asks. */
  void ask(String jobId) {
    asked.add(jobId);
  }

  /** Those that are to be answered now. */
  List<String> due(long nowMs) {
    restsUntilMs.values().removeIf(until -> until <= nowMs);
    return asked.stream().filter(job -> !restsUntilMs.containsKey(job)).toList();
  }

  /** A job was answered. */
  void answered(String jobId, long bytes, long nowMs) {
    asked.remove(jobId);
    restsUntilMs.put(jobId, nowMs + bytes / BYTES_PER_MS);
  }

  /** A job is over. */
  void forget(String jobId) {
    asked.remove(jobId);
    restsUntilMs.remove(jobId);
  }
}
