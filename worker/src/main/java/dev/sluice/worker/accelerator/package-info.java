/** The device that a worker stands for: what it refuses, and what it would have taken. */
@NullMarked
package dev.sluice.worker.accelerator;

import org.jspecify.annotations.NullMarked;
