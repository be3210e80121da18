/**
 * What a worker does with its tasks, from their arrival to the report: sessions of training jobs
 * step by step, exports that wait for their parameters, other tasks from end to end. Without
 * clocks, threads or Kafka, so that the simulator runs it as it is.
 */
@NullMarked
package dev.sluice.worker.compute;

import org.jspecify.annotations.NullMarked;
