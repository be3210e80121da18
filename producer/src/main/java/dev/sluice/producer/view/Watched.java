package dev.sluice.producer.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Values by key, and those who wait for a value to become what they need. Thread-safe.
 *
 * @param <V> an immutable value
 */
final class Watched<V> {

  /** Most waits at one time; each is a request that somebody holds open. */
  static final int WAITS_MAX = 10_000;

  private record Wait<V>(Predicate<V> until, CompletableFuture<V> done) {}

  private final Map<String, V> values = new HashMap<>();
  private final Map<String, List<Wait<V>>> waits = new HashMap<>();
  private int waiting;

  Optional<V> get(String key) {
    synchronized (values) {
      return Optional.ofNullable(values.get(key));
    }
  }

  List<V> all() {
    synchronized (values) {
      return List.copyOf(values.values());
    }
  }

  int size() {
    synchronized (values) {
      return values.size();
    }
  }

  /** Sets a value and completes the waits that it satisfies. */
  void put(String key, V value) {
    var satisfied = new ArrayList<Wait<V>>();
    synchronized (values) {
      values.put(key, value);
      for (var wait : waits.getOrDefault(key, List.of())) {
        if (wait.until().test(value)) {
          satisfied.add(wait);
        }
      }
    }
    // Outside the lock: what hangs on the future runs here.
    satisfied.forEach(wait -> wait.done().complete(value));
  }

  /** Takes over all values of a newer one, and completes the waits that they satisfy. */
  void replaceWith(Watched<V> newer) {
    var successors = newer.entries();
    var satisfied = new ArrayList<Runnable>();
    synchronized (values) {
      values.clear();
      values.putAll(successors);
      waits.forEach(
          (key, ofKey) -> {
            var value = values.get(key);
            for (var wait : ofKey) {
              if (value != null && wait.until().test(value)) {
                satisfied.add(() -> wait.done().complete(value));
              }
            }
          });
    }
    satisfied.forEach(Runnable::run);
  }

  private Map<String, V> entries() {
    synchronized (values) {
      return Map.copyOf(values);
    }
  }

  void remove(String key) {
    synchronized (values) {
      values.remove(key);
    }
  }

  /**
   * Completes with the first value of this key that satisfies the condition, the present one
   * included.
   *
   * @return fails with {@link java.util.concurrent.TimeoutException} after {@code within}, and with
   *     {@link RejectedExecutionException} where {@value #WAITS_MAX} others wait already
   */
  CompletableFuture<V> await(String key, Predicate<V> until, Duration within) {
    var done = new CompletableFuture<V>();
    var wait = new Wait<>(until, done);
    synchronized (values) {
      var present = values.get(key);
      if (present != null && until.test(present)) {
        return CompletableFuture.completedFuture(present);
      }
      if (waiting >= WAITS_MAX) {
        return CompletableFuture.failedFuture(
            new RejectedExecutionException(WAITS_MAX + " requests wait already"));
      }
      waits.computeIfAbsent(key, k -> new ArrayList<>()).add(wait);
      waiting++;
    }
    done.orTimeout(within.toMillis(), TimeUnit.MILLISECONDS);
    var answer = new CompletableFuture<V>();
    var _ =
        done.whenComplete(
            (value, failure) -> {
              forget(key, wait);
              if (failure == null) {
                answer.complete(value);
              } else {
                answer.completeExceptionally(failure);
              }
            });
    // Whoever has gone waits no longer.
    var _ = answer.whenComplete((value, failure) -> done.cancel(false));
    return answer;
  }

  private void forget(String key, Wait<V> wait) {
    synchronized (values) {
      var ofKey = waits.get(key);
      if (ofKey != null && ofKey.remove(wait)) {
        waiting--;
        if (ofKey.isEmpty()) {
          waits.remove(key);
        }
      }
    }
  }

  int waiting() {
    synchronized (values) {
      return waiting;
    }
  }
}
