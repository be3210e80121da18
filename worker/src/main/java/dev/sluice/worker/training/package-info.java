/**
 * What a worker decides about terms, without clocks, threads or Kafka: which step is due for which
 * group of shards, in which order shards are summed, when a term ends and when waiting has been
 * long enough.
 */
@NullMarked
package dev.sluice.worker.training;

import org.jspecify.annotations.NullMarked;
