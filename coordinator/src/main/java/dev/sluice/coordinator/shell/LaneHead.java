package dev.sluice.coordinator.shell;

import dev.sluice.platform.kafka.LaneOffsets.Standing;
import java.util.List;
import java.util.function.Predicate;

/**
 * The first records that wait in one partition of a lane.
 *
 * @param start where the lane's group stands
 * @param tasks the first tasks from there on, in order
 * @param next offset up to which everything is among these, or is a transaction's marker
 */
record LaneHead(long start, List<Waiting> tasks, long next) {

  LaneHead {
    tasks = List.copyOf(tasks);
  }

  /**
   * A task that waits.
   *
   * @param offset where
   * @param jobId its job; empty where it can't be read, and is therefore a worker's to judge
   * @param epoch the job's epoch when it was dispatched
   */
  record Waiting(long offset, String jobId, int epoch) {}

  /** The same, as far as it takes to see that nothing has changed. */
  LaneHead first() {
    return tasks.size() < 2
        ? this
        : new LaneHead(start, tasks.subList(0, 1), tasks.getFirst().offset() + 1);
  }

  /**
   * Where the group may go on: before the first task that somebody may want, or at the end of what
   * was read. Where it was, if workers have finished tasks beyond: brokers forget that when a group
   * is moved, so these would be done again; then it moves only when nothing is left.
   *
   * @param group where it stood before the head was read
   * @param isVoid whether it is known that nobody wants a task
   */
  long begin(Standing group, Predicate<Waiting> isVoid) {
    long begin =
        tasks.stream().filter(isVoid.negate()).mapToLong(Waiting::offset).findFirst().orElse(next);
    long finished = group.end() - group.start() - group.unfinished();
    long markers = (tasks.isEmpty() ? next : tasks.getFirst().offset()) - start;
    return finished > markers && begin < group.end() ? start : Math.max(start, begin);
  }
}
