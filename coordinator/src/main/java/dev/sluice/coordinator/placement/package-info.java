/** Which lanes can run a job, and which one does. Pure. */
@NullMarked
package dev.sluice.coordinator.placement;

import org.jspecify.annotations.NullMarked;
