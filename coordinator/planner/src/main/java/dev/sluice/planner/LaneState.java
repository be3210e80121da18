package dev.sluice.planner;

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

  /**
   * The first job: its priority, {@link #NONE} where none waits, its class, devices and arrival. A
   * thousand lanes are looked at for a job, and for power, so that this is kept at hand.
   */
  private int priority = NONE;

  private int headJob;
  private int headDevices;
  private double headArrival;

  /** When the first of the jobs that run ends. */
  private double firstEnd = Double.POSITIVE_INFINITY;

  /** Class of a first job that waits for more devices than are idle, and since when. */
  private int blocked = NONE;

  private double blockedSince;

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

  /** What waits, in seconds of all devices. */
  double waitingSeconds() {
    double deviceSeconds = 0;
    for (double queued : queuedDeviceSeconds) {
      deviceSeconds += queued;
    }
    return deviceSeconds / count;
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
    int mine = costs.priority(job);
    boolean empty = priority == NONE || priority > mine;
    int needed = costs.devices(job, lane);
    if (!empty) {
      needed = Math.max(needed, headDevices);
    }
    double ahead = 0;
    for (int higher = 0; higher <= mine; higher++) {
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
    double first = firstEnd - now;
    if (lacking == 1) {
      return first;
    }
    double mean = Math.max(first, endSeconds / busy - now);
    return first + 2 * (mean - first) * (lacking - 1) / (busy - 1);
  }

  void enqueue(int job, double now) {
    int mine = costs.priority(job);
    queues[mine].add(job, now);
    queuedDeviceSeconds[mine] += costs.deviceSeconds(job, lane);
    lookAtHead();
  }

  /** Removes the first job. */
  void dequeue() {
    queues[priority].remove();
    queuedDeviceSeconds[priority] =
        queues[priority].isEmpty()
            ? 0
            : queuedDeviceSeconds[priority] - costs.deviceSeconds(headJob, lane);
    lookAtHead();
  }

  private void lookAtHead() {
    priority = NONE;
    for (int higher = queues.length - 1; higher >= 0; higher--) {
      priority = queues[higher].isEmpty() ? priority : higher;
    }
    if (priority != NONE) {
      headJob = queues[priority].job();
      headDevices = costs.devices(headJob, lane);
      headArrival = queues[priority].arrival();
    }
  }

  void take(int devices, double end) {
    free -= devices;
    endSeconds += devices * end;
    ends.add(end, devices);
    firstEnd = ends.time();
  }

  /** Ends the job that was to end first. */
  void release(double now) {
    int devices = ends.remove();
    firstEnd = ends.time();
    free += devices;
    endSeconds = free == count ? 0 : endSeconds - devices * now;
  }

  /** Whether there is a first job, and devices for it. */
  boolean startable() {
    return priority != NONE && free >= headDevices;
  }

  /** Notes for how long idle devices were too few for the first job, since this was last called. */
  void noteBlocked(double now, Tally tally) {
    if (blocked != NONE) {
      tally.blockedSeconds[blocked][lane] += now - blockedSince;
    }
    blocked = free > 0 && priority != NONE && !startable() ? headJob : NONE;
    blockedSince = now;
  }

  /** Class of the first job. */
  int job() {
    return headJob;
  }

  /** When the first job arrived. */
  double arrival() {
    return headArrival;
  }

  /** Whether the first job here comes before that of another lane. */
  boolean headIsBefore(LaneState other) {
    return priority < other.priority
        || (priority == other.priority && headArrival < other.headArrival);
  }
}
