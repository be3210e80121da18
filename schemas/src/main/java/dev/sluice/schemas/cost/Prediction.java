package dev.sluice.schemas.cost;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stub. */
public sealed interface Prediction {
  /** s. */
  record Predicted(double samplesPerSecond, double latencyMs, @Nullable Double energyJPerSample)
      implements Prediction {}

  /** s. */
  record Impossible(List<String> reasons) implements Prediction {}

  /** s. */
  record Unknown(List<String> reasons) implements Prediction {}
}
