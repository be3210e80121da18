/** The Kafka side of a worker's intake: share consumers, and reading what they return. */
@NullMarked
package dev.sluice.worker.queue;

import org.jspecify.annotations.NullMarked;
