/** Which workers there are, as the log of heartbeats says. */
@NullMarked
package dev.sluice.platform.fleet;

import org.jspecify.annotations.NullMarked;
