/** Deriving a model version from the gradient log again, and judging what comes out. Pure. */
@NullMarked
package dev.sluice.coordinator.audit;

import org.jspecify.annotations.NullMarked;
