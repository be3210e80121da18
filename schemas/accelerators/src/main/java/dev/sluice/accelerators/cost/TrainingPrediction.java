package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the cost model says of a training step. It is modelled, never measured. */
public sealed interface TrainingPrediction {

  /**
   * It trains, and a step takes this long.
   *
   * @param stepSeconds seconds from one update of the parameters to the next
   * @param computeSeconds arithmetic, forward and backward
   * @param memorySeconds the optimizer's reading and writing
   * @param exposedSeconds the part of the all-reduce that the backward pass doesn't hide
   * @param allReduceSeconds all of the all-reduce
   * @param samplesPerSecond rows, or tokens of a language model, of all devices together
   * @param scalingEfficiency speed of a device among the others, as a share of its speed alone
   * @param joulesPerStep joules that all devices draw at their thermal design power, without their
   *     hosts, hence an upper bound; null where that power isn't published
   * @param format the number format of the arithmetic
   * @param bound what most of the time goes to
   * @param sharded whether parameters and optimizer state are spread over the devices, since one
   *     can't hold them
   * @param notes assumptions behind the figures
   */
  record Predicted(
      double stepSeconds,
      double computeSeconds,
      double memorySeconds,
      double exposedSeconds,
      double allReduceSeconds,
      double samplesPerSecond,
      double scalingEfficiency,
      @Nullable Double joulesPerStep,
      NumberFormat format,
      Bound bound,
      boolean sharded,
      List<String> notes)
      implements TrainingPrediction {
    public Predicted {
      notes = List.copyOf(notes);
    }
  }

  /**
   * It can't train.
   *
   * @param reasons why, each with how to mend it where there is a way
   */
  record Impossible(List<String> reasons) implements TrainingPrediction {
    public Impossible {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Nothing can be said, since a figure isn't published.
   *
   * @param reasons what is missing
   */
  record Unknown(List<String> reasons) implements TrainingPrediction {
    public Unknown {
      reasons = List.copyOf(reasons);
    }
  }
}
