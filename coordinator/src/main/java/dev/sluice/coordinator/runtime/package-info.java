/**
 * The life of a partition that this process runs: taking over, working, failing, closing. Pure:
 * log, transactions, clock and ownership are ports, so that the simulation runs these very classes.
 */
@NullMarked
package dev.sluice.coordinator.runtime;

import org.jspecify.annotations.NullMarked;
