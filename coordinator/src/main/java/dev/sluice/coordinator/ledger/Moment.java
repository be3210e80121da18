package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Fleet;

/**
 * What the ledger may know beside its state and the record it decides on.
 *
 * @param nowMs when the broker appended that record
 * @param fleet who is alive; what follows from it is recorded in the decision
 */
public record Moment(long nowMs, Fleet fleet) {}
