package dev.sluice.coordinator.plan;

import org.jspecify.annotations.Nullable;

/** A lane while it is simulated. */
final class LaneState {

  private static final int NONE = -1;

  private final int lane;
  private final Costs costs;
  private final int count;

  /** Devices that may work at a time, as far as power goes. */
  private final int powered;

  private final WaitingJobs[] queues = new WaitingJobs[Simulation.priorities()];
  private final double[] queuedDeviceSeconds = new double[queues.length];

  /** When the jobs that run end. */
  private final EventHeap ends = new EventHeap();

  private int free;

  /** Sum over the devices that work of the times at which they will be free. */
  private double endSeconds;

  LaneState(int lane, PlannedLane planned, Costs costs, @Nullable Double budgetWatts) {
    this.lane = lane;
    this.costs = costs;
    count = planned.count();
    var watts = planned.watts();
    powered =
        budgetWatts == null || watts == null
            ? count
            : (int) Math.clamp(Simulation.rounded(budgetWatts) / watts, 1, count);
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
   * When a job that joins now would start, in seconds. It is the estimate that placement goes by,
   * and not what will come of it: jobs of higher priority may still arrive.
   *
   * <p>What waits before the job keeps all devices busy for its share of their time. Then as many
   * devices have to fall free as the job lacks, or the first of those that wait. When the first
   * does is known; the others are taken to follow evenly, as far as the mean of their times says.
   * So one device is waited for all its time, and the next of a thousand hardly at all.
   */
  double waitSeconds(int job, double now) {
    int needed = costs.devices(job, lane);
    double ahead = 0;
    boolean empty = true;
    for (int higher = 0; higher <= costs.priority(job); higher++) {
      if (empty && !queues[higher].isEmpty()) {
        needed = Math.max(needed, costs.devices(queues[higher].job(), lane));
        empty = false;
      }
      ahead += queuedDeviceSeconds[higher];
    }
    int busy = busy();
    int available = powered - busy;
    if (empty && available >= needed) {
      return 0;
    }
    if (busy == 0) {
      return ahead / powered; // it waits for power that another lane has
    }
    int lacking = Math.clamp(needed - available, 1, busy);
    return ahead / powered + untilFree(lacking, busy, now);
  }

  private double untilFree(int lacking, int busy, double now) {
    double first = ends.time() - now;
    if (lacking == 1) {
      return first;
    }
    double mean = Math.max(first, endSeconds / busy - now);
    return first + 2 * (mean - first) * (lacking - 1) / (busy - 1);
  }

  void enqueue(int job, double now) {
    int priority = costs.priority(job);
    queues[priority].add(job, now);
    queuedDeviceSeconds[priority] += costs.deviceSeconds(job, lane);
  }

  /** Removes the first job. */
  void dequeue() {
    int priority = priority();
    double deviceSeconds = costs.deviceSeconds(queues[priority].job(), lane);
    queues[priority].remove();
    queuedDeviceSeconds[priority] =
        queues[priority].isEmpty() ? 0 : queuedDeviceSeconds[priority] - deviceSeconds;
  }

  void take(int devices, double end) {
    free -= devices;
    endSeconds += devices * end;
    ends.add(end, devices);
  }

  /** Ends the job that was to end first. */
  void release(double now) {
    int devices = ends.remove();
    free += devices;
    endSeconds = free == count ? 0 : endSeconds - devices * now;
  }

  /** Whether there is a first job, and devices for it. */
  boolean startable() {
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
    return NONE;
  }
}
