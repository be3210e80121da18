/** The gradient fold: parameters as a deterministic function of the gradient log. Pure. */
@NullMarked
package dev.sluice.coordinator.fold;

import org.jspecify.annotations.NullMarked;
