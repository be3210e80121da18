/** The ledger: one state machine per partition of {@code sluice.jobs}. Pure. */
@NullMarked
package dev.sluice.coordinator.ledger;

import org.jspecify.annotations.NullMarked;
