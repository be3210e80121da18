package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the cost model says of a model on a kind of device. Nothing of it was measured. */
public sealed interface Prediction {

  /**
   * It runs.
   *
   * @param samplesPerSecond rate of all devices together; of one query after another in {@link
   *     Scenario#SINGLE_STREAM}
   * @param latencyMs how long a batch takes, which is one sample in {@link Scenario#SINGLE_STREAM}
   * @param energyJPerSample most energy that the devices alone take for a sample: the thermal
   *     design power over the predicted time; null: the power isn't published
   * @param format number format of the arithmetic
   * @param bound what takes the longest
   * @param terms the parts of the time for one sample
   * @param interval where a measured rate is expected
   * @param tokensPerSecond tokens written by all devices together; null: the model writes none
   * @param notes what was assumed
   */
  record Predicted(
      double samplesPerSecond,
      double latencyMs,
      @Nullable Double energyJPerSample,
      NumberFormat format,
      Bound bound,
      Terms terms,
      Interval interval,
      @Nullable Double tokensPerSecond,
      List<String> notes)
      implements Prediction {
    public Predicted {
      notes = List.copyOf(notes);
    }
  }

  /**
   * It cannot run.
   *
   * @param reasons why, in sentences; never empty
   */
  record Impossible(List<String> reasons) implements Prediction {
    public Impossible {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Nobody published what a prediction needs.
   *
   * @param reasons what is missing, in sentences; never empty
   */
  record Unknown(List<String> reasons) implements Prediction {
    public Unknown {
      reasons = List.copyOf(reasons);
    }
  }
}
