package dev.sluice.accelerators.cost;

import java.util.List;

/** What the formulas of a family of networks come to. */
sealed interface FamilyEstimate {

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
      TimeTerms terms,
      int batch,
      int span)
      implements FamilyEstimate {}

  /** It doesn't. */
  record Fails(List<String> reasons) implements FamilyEstimate {
    Fails(String reason) {
      this(List.of(reason));
    }
  }
}
