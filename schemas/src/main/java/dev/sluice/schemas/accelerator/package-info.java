/** Accelerator models: what a device can do, as data. */
@NullMarked
package dev.sluice.schemas.accelerator;

import org.jspecify.annotations.NullMarked;
