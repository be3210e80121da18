package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Fleet;

/**
 * What the ledger may know beside its state and the record it decides on.
 *
 * @param nowMs when the broker appended that record
 * @param offset where the partition of {@code sluice.jobs} has it; -1: it is none
 * @param fleet who is alive; what follows from it is recorded in the decision
 * @param models versions of models that are published
 */
public record Moment(long nowMs, long offset, Fleet fleet, PublishedModels models) {

  /** No record is decided on. */
  public Moment(long nowMs, Fleet fleet) {
    this(nowMs, -1, fleet, PublishedModels.NONE);
  }
}
