package dev.sluice.planner;

/** Jobs that wait, first in, first out: 12 bytes each, in a ring. */
final class WaitingJobs {

  private static final int FIRST_CAPACITY = 16;

  private int[] jobs = new int[FIRST_CAPACITY];
  private double[] arrivals = new double[FIRST_CAPACITY];
  private int head;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** Class of the job that has waited longest. */
  int job() {
    return jobs[head];
  }

  /** When it arrived. */
  double arrival() {
    return arrivals[head];
  }

  void add(int job, double arrival) {
    if (size == jobs.length) {
      grow();
    }
    int tail = (head + size) & (jobs.length - 1);
    jobs[tail] = job;
    arrivals[tail] = arrival;
    size++;
  }

  void remove() {
    head = (head + 1) & (jobs.length - 1);
    size--;
  }

  private void grow() {
    var moreJobs = new int[2 * size];
    var moreArrivals = new double[2 * size];
    int first = jobs.length - head;
    System.arraycopy(jobs, head, moreJobs, 0, first);
    System.arraycopy(jobs, 0, moreJobs, first, head);
    System.arraycopy(arrivals, head, moreArrivals, 0, first);
    System.arraycopy(arrivals, 0, moreArrivals, first, head);
    jobs = moreJobs;
    arrivals = moreArrivals;
    head = 0;
  }
}
