package dev.sluice.accelerators.cost;

import dev.sluice.platform.document.Spelling;
import java.util.List;

/** How samples arrive, as MLPerf Inference defines it. */
public enum Scenario {
  /** All samples are there from the start; throughput counts. */
  OFFLINE,
  /**
   * One sample at a time, each when the last is answered; the 90th percentile of latency counts.
   */
  SINGLE_STREAM;

  /** The name in files and messages, such as {@code single-stream}. */
  public String label() {
    return Spelling.of(this);
  }

  /** All labels, in the order of the constants. */
  public static List<String> labels() {
    return Spelling.all(Scenario.class);
  }
}
