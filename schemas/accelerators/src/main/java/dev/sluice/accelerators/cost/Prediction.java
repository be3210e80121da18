package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the cost model says of a workload on an accelerator. It is modelled, never measured. */
public sealed interface Prediction {

  /**
   * It runs, and this fast.
   *
   * @param samplesPerSecond samples per second of all devices together
   * @param latencyMs milliseconds from the start of a batch to its end; offline the batch is the
   *     fastest one, in a single stream it is one sample
   * @param energyJPerSample joules per sample that the accelerators draw at their thermal design
   *     power, without the host, hence an upper bound; null where that power isn't published
   * @param format the number format that it computes in
   * @param bound what most of the time goes to
   * @param terms where the time goes
   * @param interval range of samplesPerSecond; that of the latency has the same ratios
   * @param notes assumptions behind the figures
   */
  record Predicted(
      double samplesPerSecond,
      double latencyMs,
      @Nullable Double energyJPerSample,
      NumberFormat format,
      Bound bound,
      TimeTerms terms,
      Interval interval,
      List<String> notes)
      implements Prediction {
    public Predicted {
      notes = List.copyOf(notes);
    }
  }

  /**
   * It can't run.
   *
   * @param reasons why, each with how to mend it where there is a way
   */
  record Impossible(List<String> reasons) implements Prediction {
    public Impossible {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Nothing can be said, since a figure isn't published.
   *
   * @param reasons what is missing
   */
  record Unknown(List<String> reasons) implements Prediction {
    public Unknown {
      reasons = List.copyOf(reasons);
    }
  }
}
