package dev.sluice.schemas.cost;

import dev.sluice.schemas.document.Spelling;
import java.util.Arrays;
import java.util.Optional;

/** How samples arrive, as MLPerf Inference defines it. */
public enum Scenario {
  /** All samples are there at once, and how many are answered in a second counts. */
  OFFLINE,
  /** One sample at a time, and how long its answer takes counts. */
  SINGLE_STREAM;

  /** The name in files and messages, such as {@code single-stream}. */
  public String label() {
    return Spelling.of(this);
  }

  /** The scenario with this label. */
  public static Optional<Scenario> of(String label) {
    return Arrays.stream(values()).filter(scenario -> scenario.label().equals(label)).findFirst();
  }
}
