package dev.sluice.schemas.cost;

import java.util.List;

/** What the formulas of a family of networks come to. */
sealed interface Estimate {

  /**
   * It runs.
   *
   * @param samplesPerSecond of all devices together
   * @param latencySeconds of a batch
   * @param deviceSeconds seconds that a sample takes, times the devices that work on it
   * @param terms where a sample's time goes
   * @param batch samples that are computed together
   * @param span devices that share one copy of the model
   */
  record Runs(
      double samplesPerSecond,
      double latencySeconds,
      double deviceSeconds,
      Terms terms,
      int batch,
      int span)
      implements Estimate {}

  /** It doesn't. */
  record Fails(List<String> reasons) implements Estimate {
    Fails(String reason) {
      this(List.of(reason));
    }
  }
}
