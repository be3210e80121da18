package dev.sluice.coordinator.shell;

import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Topic;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions that stand still for a while, and are looked at again each second: one that is only
 * sought back would be fetched again at full speed. For one thread.
 */
final class Pauses {

  private static final Logger LOG = LoggerFactory.getLogger(Pauses.class);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Held(long offset, SchemaWait.Waiting by) {}

  private final Consumer<?, ?> consumer;
  private final Set<TopicPartition> paused = new HashSet<>();
  private final Map<TopicPartition, Held> held = new HashMap<>();
  private long lookedNanos = System.nanoTime();

  /**
   * @param consumer has the partitions
   */
  Pauses(Consumer<?, ?> consumer) {
    this.consumer = consumer;
  }

  /** Lets a partition stand still until it is looked at again. */
  void pause(TopicPartition source) {
    consumer.pause(Set.of(source));
    paused.add(source);
  }

  /**
   * Lets a partition stand still while its next record waits for a schema.
   *
   * @param offset of that record
   * @param by what it waits for; null where it does not wait
   */
  void setHeld(TopicPartition source, long offset, SchemaWait.@Nullable Waiting by) {
    if (by == null) {
      held.remove(source);
      return;
    }
    consumer.seek(source, offset);
    pause(source);
    var before = held.put(source, new Held(offset, by));
    if (before == null || before.offset() != offset) {
      LOG.warn("{} {}.", source, words(offset, by));
    }
  }

  /** Whether the partition stands still. */
  boolean has(TopicPartition source) {
    return paused.contains(source);
  }

  /** Whether partitions are to be looked at again. */
  boolean due() {
    return System.nanoTime() - lookedNanos >= LOOK_AGAIN_NANOS;
  }

  /** Has all of them looked at again. */
  void resume() {
    lookedNanos = System.nanoTime();
    paused.retainAll(consumer.assignment());
    held.keySet().retainAll(consumer.assignment());
    consumer.resume(paused);
    paused.clear();
  }

  /** The partitions are another's now. */
  void leave(Collection<TopicPartition> sources) {
    paused.removeAll(sources);
    held.keySet().removeAll(sources);
  }

  /** What partitions wait for, in plain words, by number. */
  Map<Integer, String> words() {
    var words = new HashMap<Integer, String>();
    held.forEach((source, why) -> words.put(source.partition(), words(why.offset(), why.by())));
    return words;
  }

  private static String words(long offset, SchemaWait.Waiting by) {
    return String.format(
        Locale.ROOT,
        "waits at offset %d for schema %016x, which %s does not hold, since %s, for at most"
            + " %d s more; then that record goes to the dead letters and the partition goes on",
        offset,
        by.fingerprint(),
        Topic.SCHEMAS.topicName(),
        Instant.ofEpochMilli(by.sinceMs()).truncatedTo(ChronoUnit.SECONDS),
        Math.ceilDiv(by.leftMs(), 1_000L));
  }
}
