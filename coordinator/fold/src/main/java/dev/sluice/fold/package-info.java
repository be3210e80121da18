/**
 * The gradient fold of one block: parameters as a deterministic function of the gradient log. Pure.
 * Coordinators fold every job, for checkpoints, progress and whoever joins; workers fold their own
 * where that saves a way over the log.
 */
@NullMarked
package dev.sluice.fold;

import org.jspecify.annotations.NullMarked;
