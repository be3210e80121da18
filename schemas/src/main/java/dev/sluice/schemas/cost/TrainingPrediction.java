package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the cost model says of one optimizer step. Nothing of it was measured or fitted. */
public sealed interface TrainingPrediction {

  /**
   * It trains.
   *
   * @param stepSeconds the whole step: arithmetic, optimizer and what of the all-reduce shows
   * @param computeSeconds arithmetic forward and backward
   * @param memorySeconds the optimizer's traffic of the device's memory
   * @param allReduceSeconds exchange of gradients, of which a part hides behind the backward pass
   * @param exposedSeconds the part that does not hide
   * @param scalingEfficiency share of the step that is not waiting for others, at most 1;
   *     activation memory and stragglers are ignored, so that it is optimistic
   * @param joulesPerStep most energy that the devices alone take: their thermal design power over
   *     the step; null: it isn't published
   * @param format number format of the arithmetic
   * @param sharded whether weights and optimizer state are spread over the devices, as one of them
   *     doesn't hold them
   * @param notes what was assumed
   */
  record Predicted(
      double stepSeconds,
      double computeSeconds,
      double memorySeconds,
      double allReduceSeconds,
      double exposedSeconds,
      double scalingEfficiency,
      @Nullable Double joulesPerStep,
      NumberFormat format,
      boolean sharded,
      List<String> notes)
      implements TrainingPrediction {
    public Predicted {
      notes = List.copyOf(notes);
    }
  }

  /**
   * It cannot train.
   *
   * @param reasons why, in sentences; never empty
   */
  record Impossible(List<String> reasons) implements TrainingPrediction {
    public Impossible {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Nobody published what a prediction needs.
   *
   * @param reasons what is missing, in sentences; never empty
   */
  record Unknown(List<String> reasons) implements TrainingPrediction {
    public Unknown {
      reasons = List.copyOf(reasons);
    }
  }
}
