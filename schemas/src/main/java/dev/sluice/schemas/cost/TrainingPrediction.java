package dev.sluice.schemas.cost;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stub. */
public sealed interface TrainingPrediction {
  /** s. */
  record Predicted(double stepSeconds, @Nullable Double joulesPerStep)
      implements TrainingPrediction {}

  /** s. */
  record Impossible(List<String> reasons) implements TrainingPrediction {}

  /** s. */
  record Unknown(List<String> reasons) implements TrainingPrediction {}
}
