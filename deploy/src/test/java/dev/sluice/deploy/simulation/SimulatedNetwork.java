package dev.sluice.deploy.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What is on its way. One sender's records to one partition keep their order, as an idempotent
 * producer's do; all else arrives in any order, and late.
 */
final class SimulatedNetwork {

  private static final int ON_THEIR_WAY_MAX = 100;

  /** A stream in which order holds. */
  record Stream(String sender, String to) {}

  private final SplittableRandom random;
  private final Map<Stream, Deque<Runnable>> streams = new LinkedHashMap<>();
  private int onTheirWay;

  SimulatedNetwork(SplittableRandom random) {
    this.random = random;
  }

  void send(String sender, String to, Runnable arrival) {
    streams.computeIfAbsent(new Stream(sender, to), stream -> new ArrayDeque<>()).add(arrival);
    onTheirWay++;
  }

  boolean isEmpty() {
    return onTheirWay == 0;
  }

  /** Whether so much is on its way that senders have to wait. */
  boolean isFull() {
    return onTheirWay > ON_THEIR_WAY_MAX;
  }

  /** Lets something arrive, if anything is on its way. */
  void deliverOne() {
    if (onTheirWay == 0) {
      return;
    }
    do {
      var keys = new ArrayList<>(streams.keySet());
      deliver(keys.get(random.nextInt(keys.size())), 1 + random.nextInt(4));
    } while (isFull());
  }

  /** Waits until all that a sender has sent to such places has arrived. */
  void flush(String sender, String prefix) {
    for (var stream : List.copyOf(streams.keySet())) {
      if (stream.sender.equals(sender) && stream.to.startsWith(prefix)) {
        deliver(stream, Integer.MAX_VALUE);
      }
    }
  }

  /** A sender dies: of each stream some first part arrives, the rest is lost. */
  void cut(String sender) {
    for (var stream : List.copyOf(streams.keySet())) {
      if (stream.sender.equals(sender)) {
        deliver(stream, random.nextInt(4));
        drop(stream);
      }
    }
  }

  /** A receiver is gone. */
  void forget(String to) {
    for (var stream : List.copyOf(streams.keySet())) {
      if (stream.to.equals(to)) {
        drop(stream);
      }
    }
  }

  private void drop(Stream stream) {
    var dropped = streams.remove(stream);
    onTheirWay -= dropped == null ? 0 : dropped.size();
  }

  private void deliver(Stream stream, int most) {
    for (int i = 0; i < most; i++) {
      var queue = streams.get(stream);
      if (queue == null) {
        break;
      }
      var next = queue.remove();
      if (queue.isEmpty()) {
        streams.remove(stream);
      }
      onTheirWay--;
      next.run();
    }
  }
}
