package dev.sluice.coordinator.shell;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Does the same for several partitions at a time. Taking one over, or leaving it, is mostly waiting
 * for the brokers: for all in turn it would take so many times as long.
 */
final class Together {

  /** Most at a time: each may hold a partition's state twice while it is read. */
  private static final int AT_A_TIME_MAX = 4;

  private Together() {}

  /** What came of one. */
  sealed interface Outcome<V> {
    record Done<V>(V value) implements Outcome<V> {}

    /** The brokers did not do what they were asked; that may be tried again. */
    record NotYet<V>(KafkaException why) implements Outcome<V> {}
  }

  /**
   * Does it for each, and waits for all.
   *
   * @param work done for each, on threads of their own
   * @return an outcome for each
   * @throws RuntimeException the first that is no {@link KafkaException}, when all have ended
   */
  static <K, V> Map<K, Outcome<V>> each(Collection<K> keys, Function<K, V> work) {
    var outcomes = new LinkedHashMap<K, Outcome<V>>();
    if (keys.isEmpty()) {
      return outcomes;
    }
    var threads = Thread.ofPlatform().daemon().name("together-", 0).factory();
    var running = new LinkedHashMap<K, Future<V>>();
    try (var executor =
        Executors.newFixedThreadPool(Math.min(AT_A_TIME_MAX, keys.size()), threads)) {
      keys.forEach(key -> running.put(key, executor.submit(() -> work.apply(key))));
    }
    running.forEach((key, future) -> outcomes.put(key, outcome(future)));
    return outcomes;
  }

  private static <V> Outcome<V> outcome(Future<V> ended) {
    try {
      return new Outcome.Done<>(ended.get());
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case KafkaException why -> new Outcome.NotYet<>(why);
        case RuntimeException defect -> throw defect;
        case null, default -> throw new IllegalStateException(e.getCause());
      };
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
