package dev.sluice.planner;

import java.util.Arrays;

/**
 * Events in the order of their times; those of one time in the order in which they were added. A
 * binary heap in arrays, as a job in hand should cost 20 bytes and no object.
 */
final class EventHeap {

  private static final int FIRST_CAPACITY = 64;

  private double[] times = new double[FIRST_CAPACITY];
  private long[] order = new long[FIRST_CAPACITY];
  private int[] payloads = new int[FIRST_CAPACITY];
  private int size;
  private long added;

  boolean isEmpty() {
    return size == 0;
  }

  /** The earliest time; infinite where there is no event. */
  double time() {
    return size == 0 ? Double.POSITIVE_INFINITY : times[0];
  }

  /** Adds an event. */
  void add(double time, int payload) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      order = Arrays.copyOf(order, 2 * size);
      payloads = Arrays.copyOf(payloads, 2 * size);
    }
    long number = added++;
    int hole = size++;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      if (!before(time, number, parent)) {
        break;
      }
      move(parent, hole);
      hole = parent;
    }
    put(hole, time, number, payload);
  }

  /** Removes the earliest event and gives its payload. */
  int remove() {
    int first = payloads[0];
    int last = --size;
    double time = times[last];
    long number = order[last];
    int hole = 0;
    while (true) {
      int child = 2 * hole + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && before(times[child + 1], order[child + 1], child)) {
        child++;
      }
      if (before(time, number, child)) {
        break;
      }
      move(child, hole);
      hole = child;
    }
    put(hole, time, number, payloads[last]);
    return first;
  }

  private boolean before(double time, long number, int other) {
    return time < times[other] || (time == times[other] && number < order[other]);
  }

  private void move(int from, int to) {
    put(to, times[from], order[from], payloads[from]);
  }

  private void put(int at, double time, long number, int payload) {
    times[at] = time;
    order[at] = number;
    payloads[at] = payload;
  }
}
