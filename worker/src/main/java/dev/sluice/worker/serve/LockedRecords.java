package dev.sluice.worker.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;

/**
 * What one share consumer holds. It must not be polled before all of that is settled, or renewed;
 * after a renewal the next poll returns the renewed records, and nothing else. For one thread.
 */
final class LockedRecords {

  private static final Duration RENEW_MAX = Duration.ofSeconds(2);

  /** Where the broker has not said how long its lock is. */
  private static final int LOCK_MS_ASSUMED = 3_000;

  private static final int RENEWALS_PER_LOCK = 3;

  private record Place(String topic, int partition, long offset) {
    static Place of(ConsumerRecord<?, ?> record) {
      return new Place(record.topic(), record.partition(), record.offset());
    }
  }

  private final ShareConsumer<String, byte[]> consumer;
  private final Map<Place, ConsumerRecord<String, byte[]>> held = new HashMap<>();

  private long renewedNanos = System.nanoTime();

  LockedRecords(ShareConsumer<String, byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Takes records; with the request for them go answers to those that were settled before. */
  List<ConsumerRecord<String, byte[]>> take(Duration longest) {
    var found = new ArrayList<ConsumerRecord<String, byte[]>>();
    renewedNanos = System.nanoTime(); // locks begin no sooner
    for (var record : consumer.poll(longest)) {
      held.put(Place.of(record), record);
      found.add(record);
    }
    return found;
  }

  /** Time after which what is held has to be renewed, in milliseconds. */
  long renewMs() {
    return Math.max(
        1, consumer.acquisitionLockTimeoutMs().orElse(LOCK_MS_ASSUMED) / RENEWALS_PER_LOCK);
  }

  /** Time that is left until then, in milliseconds; 0: none. */
  long renewInMs() {
    long sinceMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - renewedNanos);
    return Math.max(0, renewMs() - sinceMs);
  }

  /** Ends the lock of a record, once that is sent; nothing is done where it is held no more. */
  void settle(ConsumerRecord<String, byte[]> record, AcknowledgeType how) {
    if (held.remove(Place.of(record)) != null) {
      consumer.acknowledge(record, how);
    }
  }

  /** Sends what was settled, and does not wait. */
  void send() {
    consumer.commitAsync();
  }

  /** Holds what it holds for another lock's time; what the broker has given to others is lost. */
  void renew() {
    renewedNanos = System.nanoTime();
    if (held.isEmpty()) {
      return;
    }
    held.values().forEach(record -> consumer.acknowledge(record, AcknowledgeType.RENEW));
    consumer
        .commitSync(RENEW_MAX)
        .forEach(
            (partition, failure) -> {
              if (failure.isPresent()) {
                held.keySet()
                    .removeIf(
                        place ->
                            place.topic.equals(partition.topic())
                                && place.partition == partition.partition());
              }
            });
    if (!held.isEmpty()) {
      var still = new HashSet<Place>();
      consumer.poll(Duration.ZERO).forEach(record -> still.add(Place.of(record)));
      held.keySet().retainAll(still);
    }
  }
}
