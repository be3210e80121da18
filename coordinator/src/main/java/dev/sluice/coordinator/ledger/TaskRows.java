package dev.sluice.coordinator.ledger;

import dev.sluice.accelerators.cost.Workload;
import dev.sluice.schemas.wire.NetworkFacts;

/**
 * How many rows an inference task answers. A task costs its lane some 100 ms whatever it holds, so
 * tasks grow with their job: to as many as keep the workers even, and no more. They stay so small
 * that one takes seconds, which is what a worker that is killed loses.
 */
final class TaskRows {

  /** A job that is large enough has at least so many tasks: workers may join while it runs. */
  private static final int TASKS_LEAST = 32;

  /** So that the last tasks of a job end at about one time. */
  private static final int TASKS_PER_WORKER = 8;

  /** Some seconds of one core. */
  private static final double OPERATIONS_MOST = 8e10;

  /** Reading a value of the data set or writing one of a result, in operations of the network. */
  private static final double OPERATIONS_PER_VALUE = 2_000;

  /** Assumed where operations can't be counted: convolutions use each parameter in many places. */
  private static final double OPERATIONS_PER_PARAMETER = 200;

  private TaskRows() {}

  /**
   * Rows of a task, before they are rounded up to whole batches.
   *
   * @param rows rows of the job
   * @param workers workers of its lane
   * @param least rows of a task where its job has as many
   * @param most rows of a task, as far as the least allows
   */
  static long of(long rows, int workers, NetworkFacts network, long least, long most) {
    long tasks = Math.max(TASKS_LEAST, (long) TASKS_PER_WORKER * workers);
    long seconds = (long) (OPERATIONS_MOST / operations(network));
    return Math.max(least, Math.min(Math.min(most, seconds), Math.ceilDiv(rows, tasks)));
  }

  /** Of one row. */
  private static double operations(NetworkFacts network) {
    double values = network.input().stream().mapToDouble(n -> n).reduce(1, (a, b) -> a * b);
    double computed =
        Workload.of(network) instanceof Workload.FeedForward counted
            ? counted.flops()
            : network.parameters() * OPERATIONS_PER_PARAMETER;
    return (values + network.outputs()) * OPERATIONS_PER_VALUE + computed;
  }
}
