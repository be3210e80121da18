/** The mind: ledger, placement and the gradient fold. */
@NullMarked
package dev.sluice.coordinator;

import org.jspecify.annotations.NullMarked;
