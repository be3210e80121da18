/**
 * The gradient fold of partitions: parameters as a deterministic function of the gradient log, what
 * is kept of that log, and who is late. Pure.
 */
@NullMarked
package dev.sluice.coordinator.fold;

import org.jspecify.annotations.NullMarked;
