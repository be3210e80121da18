/** The Kafka side of tasks that have their rows themselves: their queue, and models' versions. */
@NullMarked
package dev.sluice.worker.serve;

import org.jspecify.annotations.NullMarked;
