package dev.sluice.coordinator.shell;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobControl;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What the ledger wants of certain jobs: those that were asked for last, and no others, as the
 * topic names every job of the last days. For one thread.
 */
final class JobControls {

  static final TopicPartition PARTITION = new TopicPartition(Topic.CONTROLS.topicName(), 0);

  /** Who did not look for so long may have missed removals, which the topic keeps for longer. */
  static final Duration AWAY_MAX = Duration.ofMinutes(1);

  private final Codec codec;
  private final StretchReader reader;
  private final LongSupplier end;
  private final Map<String, JobControl> controls = new HashMap<>();

  /** Jobs that have ended and left, by the record that says so. */
  private final Map<String, Set<String>> ended = new HashMap<>();

  private Set<String> asked = Set.of();
  private long next;
  private long learnedNanos;

  /**
   * @param end of {@code sluice.controls}, open transactions included
   */
  JobControls(Codec codec, StretchReader reader, LongSupplier end) {
    this.codec = codec;
    this.reader = reader;
    this.end = end;
  }

  /** Whether it is known that the ledger no longer wants a task. */
  boolean voids(String jobId, int epoch) {
    var control = controls.get(jobId);
    return (control != null && control.voids(epoch))
        || ended.values().stream().anyMatch(jobs -> jobs.contains(jobId));
  }

  /**
   * Learns what is wanted of jobs by everything that is written by now, in transactions that are
   * still open as well: these are waited for.
   *
   * @param nowNanos now, on the clock of {@link System#nanoTime}
   */
  void learn(Set<String> jobs, long nowNanos) {
    if (jobs.isEmpty()) {
      return;
    }
    long until = end.getAsLong();
    if (!asked.containsAll(jobs) || nowNanos - learnedNanos > AWAY_MAX.toNanos()) {
      controls.clear();
      ended.clear();
      next = reader.beginning(PARTITION);
    }
    asked = Set.copyOf(jobs);
    controls.keySet().retainAll(asked);
    ended.values().forEach(some -> some.retainAll(asked));
    next = reader.read(PARTITION, next, until, this::take);
    learnedNanos = nowNanos;
  }

  private boolean take(ConsumerRecord<String, ByteBuffer> record) {
    var job = record.key();
    if (job != null && StateKeys.isEnded(job)) {
      takeEnded(record);
      return true;
    }
    if (job == null || !asked.contains(job)) {
      return true;
    }
    if (record.value() != null
        && codec.decode(JobControl.class, record.value())
            instanceof Decoded.Message<JobControl>(var control)) {
      controls.put(job, control);
    } else {
      controls.remove(job); // not known, so nothing of it is void
    }
    return true;
  }

  private void takeEnded(ConsumerRecord<String, ByteBuffer> record) {
    ended.remove(record.key());
    if (record.value() != null
        && codec.decode(EndedJobs.class, record.value())
            instanceof Decoded.Message<EndedJobs>(var all)) {
      var some = all.jobs().stream().map(EndedJob::jobId).collect(Collectors.toSet());
      some.retainAll(asked);
      if (!some.isEmpty()) {
        ended.put(record.key(), some);
      }
    }
  }
}
