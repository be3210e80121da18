package dev.sluice.coordinator.plan;

import org.jspecify.annotations.Nullable;

/** A lane while it is simulated. */
final class LaneState {

  private final int count;

  /** Devices that may work at a time, as far as power goes. */
  private final int powered;

  private final WaitingJobs[] queues = new WaitingJobs[Simulation.priorities()];
  private final double[] queuedDeviceSeconds = new double[queues.length];
  private int free;

  /** Sum over the devices that work of the times at which they will be free. */
  private double endSeconds;

  LaneState(PlannedLane lane, @Nullable Double budgetWatts) {
    count = lane.count();
    var watts = lane.watts();
    powered =
        budgetWatts == null || watts == null
            ? count
            : (int) Math.clamp(budgetWatts / watts, 1, count);
    free = count;
    for (int priority = 0; priority < queues.length; priority++) {
      queues[priority] = new WaitingJobs();
    }
  }

  int waiting() {
    int waiting = 0;
    for (var queue : queues) {
      waiting += queue.size();
    }
    return waiting;
  }

  int busy() {
    return count - free;
  }

  /**
   * When a job that joins now would start, in seconds: the work before it over the devices. It is
   * the estimate that placement goes by, and not what will come of it.
   */
  double waitSeconds(int priority, int devices, double now) {
    double ahead = 0;
    boolean empty = true;
    for (int higher = 0; higher <= priority; higher++) {
      ahead += queuedDeviceSeconds[higher];
      empty &= queues[higher].isEmpty();
    }
    if (empty && free >= devices) {
      return 0;
    }
    return (ahead + Math.max(0, endSeconds - now * busy())) / powered;
  }

  void enqueue(int priority, int job, double now, double deviceSeconds) {
    queues[priority].add(job, now);
    queuedDeviceSeconds[priority] += deviceSeconds;
  }

  /** Removes the first job. */
  void dequeue(double deviceSeconds) {
    int priority = priority();
    queues[priority].remove();
    queuedDeviceSeconds[priority] =
        queues[priority].isEmpty() ? 0 : queuedDeviceSeconds[priority] - deviceSeconds;
  }

  void take(int devices, double end) {
    free -= devices;
    endSeconds += devices * end;
  }

  void release(int devices, double now) {
    free += devices;
    endSeconds = free == count ? 0 : endSeconds - devices * now;
  }

  /** Whether there is a first job, and devices for it. */
  boolean startable(Costs costs, int lane) {
    int priority = priority();
    return priority >= 0 && free >= costs.devices(queues[priority].job(), lane);
  }

  /** Class of the first job. */
  int job() {
    return queues[priority()].job();
  }

  /** When the first job arrived. */
  double arrival() {
    return queues[priority()].arrival();
  }

  /** Whether the first job here comes before that of another lane. */
  boolean headIsBefore(LaneState other) {
    int mine = priority();
    int others = other.priority();
    return mine < others || (mine == others && arrival() < other.arrival());
  }

  /** The highest priority at which a job waits; -1: none does. */
  private int priority() {
    for (int priority = 0; priority < queues.length; priority++) {
      if (!queues[priority].isEmpty()) {
        return priority;
      }
    }
    return -1;
  }
}
