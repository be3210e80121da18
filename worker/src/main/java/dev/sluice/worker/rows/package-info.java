/**
 * Tasks that have their rows themselves: many small ones, answered together. Which are answered
 * together, and how; share consumers, reports and where versions of models stand are in {@code
 * serve}.
 */
@NullMarked
package dev.sluice.worker.rows;

import org.jspecify.annotations.NullMarked;
