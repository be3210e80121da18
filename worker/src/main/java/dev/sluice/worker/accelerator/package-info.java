/**
 * The device that a worker stands for: what it refuses, and what the rest would have taken on it.
 */
@NullMarked
package dev.sluice.worker.accelerator;

import org.jspecify.annotations.NullMarked;
