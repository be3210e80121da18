package dev.sluice.producer.lag;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns samples of backlogs into lag: the arithmetic without the broker. Not thread-safe.
 *
 * <p>Of the unfinished records of a lane, the workers hold some. Workers take the oldest first, so
 * the records in hand are taken to be the oldest, and the others to be waiting.
 */
final class LagBook {

  /** Samples of a queue that are kept: five minutes at one a second. */
  static final int RECENT_MAX = 300;

  private final long windowMs;
  private final Map<String, RateWindow> windows = new HashMap<>();
  private final Map<String, Long> peaks = new HashMap<>();
  private final Map<String, Deque<QueueLag.Sample>> recent = new HashMap<>();

  /**
   * @param windowMs length of the window over which rates are taken, in milliseconds
   */
  LagBook(long windowMs) {
    this.windowMs = windowMs;
  }

  /**
   * Enters a sample.
   *
   * @param queue which queue
   * @param nowMs when it was taken, milliseconds since the epoch
   * @param running records in hand, as the workers say
   * @param done records ever finished
   * @param backlogs its partitions
   */
  QueueLag enter(Queue queue, long nowMs, long running, long done, List<Backlog> backlogs) {
    long unfinished = backlogs.stream().mapToLong(Backlog::unfinished).sum();
    long inHand = Math.min(running, unfinished);
    long waiting = unfinished - inHand;
    var window = windows.computeIfAbsent(queue.name(), name -> new RateWindow(windowMs));
    window.add(nowMs, done, unfinished);
    long peak = peaks.merge(queue.name(), waiting, Math::max);
    var samples = recent.computeIfAbsent(queue.name(), name -> new ArrayDeque<>());
    samples.addLast(new QueueLag.Sample(nowMs, waiting));
    if (samples.size() > RECENT_MAX) {
      samples.removeFirst();
    }
    double out = window.outPerSecond();
    return new QueueLag(
        queue,
        waiting,
        inHand,
        waiting == 0 ? null : oldestAgeMs(nowMs, waiting, backlogs),
        window.inPerSecond(),
        out,
        drainSeconds(waiting, out),
        peak,
        backlogs,
        List.copyOf(samples));
  }

  /** Forgets the queues that are not among these. */
  void retain(List<Queue> queues) {
    var names = queues.stream().map(Queue::name).toList();
    windows.keySet().retainAll(names);
    peaks.keySet().retainAll(names);
    recent.keySet().retainAll(names);
  }

  private static @Nullable Double drainSeconds(long waiting, double outPerSecond) {
    if (waiting == 0) {
      return 0.0;
    }
    return outPerSecond > 0 ? waiting / outPerSecond : null;
  }

  private static @Nullable Long oldestAgeMs(long nowMs, long waiting, List<Backlog> backlogs) {
    var timestamps =
        backlogs.stream()
            .flatMap(backlog -> backlog.timestamps().stream())
            .sorted(Comparator.naturalOrder())
            .toList();
    if (timestamps.isEmpty()) {
      return null;
    }
    // Where all are known, the youngest `waiting` of them are the ones that wait.
    boolean exact = backlogs.stream().allMatch(Backlog::exact);
    int oldest = exact ? (int) Math.max(0, timestamps.size() - waiting) : 0;
    return Math.max(0, nowMs - timestamps.get(oldest));
  }
}
