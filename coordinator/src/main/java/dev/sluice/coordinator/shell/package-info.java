/** The coordinator's process: Kafka, threads and clocks around the pure core. */
@NullMarked
package dev.sluice.coordinator.shell;

import org.jspecify.annotations.NullMarked;
