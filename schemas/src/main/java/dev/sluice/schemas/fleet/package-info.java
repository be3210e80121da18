/** Who serves, as the log of heartbeats says. */
@NullMarked
package dev.sluice.schemas.fleet;

import org.jspecify.annotations.NullMarked;
