package dev.sluice.chaos;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.StateRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * How jobs have ended, as the log has it, and not as a producer tells it: the states have those
 * that ended just now and remember the others, of which the history has all there is.
 */
final class LoggedEndings {
  private static final Set<JobStatus> TERMINAL =
      Set.of(JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.REFUSED);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration READ_MAX = Duration.ofMinutes(2);

  private final KafkaSettings kafka;
  private final Codec codec = Codec.builtIn();
  private final Map<String, JobStatus> last = new HashMap<>();

  /** Jobs that have left the states, as these remember them. */
  private final Map<String, EndedJob> left = new HashMap<>();

  /** How jobs ended, as the history has them. */
  private final Map<String, JobStatus> history = new HashMap<>();

  private final List<String> violations = new ArrayList<>();

  private LoggedEndings(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * Reads all states, the history and dead letters.
   *
   * @param acknowledged jobs that must have ended
   * @return what does not hold
   */
  static List<String> check(KafkaSettings kafka, List<String> acknowledged) {
    var endings = new LoggedEndings(kafka);
    // What leaves meanwhile is read twice, and not missed.
    endings.read(Topic.JOB_STATES, endings::state);
    endings.read(Topic.JOB_HISTORY, endings::past);
    endings.compare();
    endings.read(Topic.DEAD_LETTERS, endings::deadLetter);
    for (var jobId : acknowledged) {
      var status = endings.last.get(jobId);
      if (status == null || !TERMINAL.contains(status)) {
        endings.violations.add("job %s was acknowledged and is %s".formatted(jobId, status));
      }
    }
    return endings.violations;
  }

  private void state(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() != null
        && codec.decode(StateRecord.class, record.value())
            instanceof Decoded.Message<StateRecord>(var stored)) {
      switch (stored.state()) {
        case JobState job -> is(job.jobId(), job.status());
        case EndedJobs some -> some.jobs().forEach(this::hasLeft);
        default -> {}
      }
    }
  }

  private void is(String jobId, JobStatus status) {
    if (left.containsKey(jobId)) {
      violations.add("job %s had left for the history, and then was %s".formatted(jobId, status));
    }
    said(jobId, status);
  }

  private void said(String jobId, JobStatus status) {
    var before = last.put(jobId, status);
    if (before != null && TERMINAL.contains(before) && before != status) {
      violations.add("job %s was %s, and then %s".formatted(jobId, before, status));
    }
  }

  /** A record is written anew with each job that leaves, so most are told more than once. */
  private void hasLeft(EndedJob job) {
    var before = left.put(job.jobId(), job);
    if (before != null && !before.equals(job)) {
      violations.add("job %s left as %s, and then as %s".formatted(job.jobId(), before, job));
    }
    said(job.jobId(), job.status());
  }

  private void past(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() != null
        && codec.decode(StateRecord.class, record.value())
            instanceof Decoded.Message<StateRecord>(var stored)
        && stored.state() instanceof JobState job) {
      if (history.put(job.jobId(), job.status()) != null) {
        violations.add("job %s is in the history twice".formatted(job.jobId()));
      }
      said(job.jobId(), job.status());
    }
  }

  private void compare() {
    left.keySet().stream()
        .filter(jobId -> !history.containsKey(jobId))
        .forEach(jobId -> violations.add("job %s left, and has no history".formatted(jobId)));
  }

  private void deadLetter(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() != null
        && codec.decode(DeadLetter.class, record.value())
            instanceof Decoded.Message<DeadLetter>(var letter)) {
      violations.add(
          "a dead letter of job %s: %s %s"
              .formatted(letter.jobId(), letter.cause().what(), letter.cause().why()));
    }
  }

  private void read(Topic topic, Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    var partitions =
        IntStream.range(0, topic.partitions())
            .mapToObj(i -> new TopicPartition(topic.topicName(), i))
            .toList();
    long deadline = System.nanoTime() + READ_MAX.toNanos();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedScan())) {
      consumer.assign(partitions);
      var ends = consumer.endOffsets(partitions);
      consumer.seekToBeginning(partitions);
      while (partitions.stream()
          .anyMatch(at -> consumer.position(at) < ends.getOrDefault(at, 0L))) {
        consumer.poll(POLL).forEach(each);
        if (System.nanoTime() > deadline) {
          violations.add(
              topic.topicName() + " could not be read within " + READ_MAX.toSeconds() + " s");
          return;
        }
      }
    }
  }
}
