package dev.sluice.chaos;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who began and ended which task, and how far the fold of each job was, and when, by the brokers'
 * clock, which is this machine's. Follows {@code sluice.jobs} and {@code sluice.fleet} on a thread
 * of its own.
 */
final class TaskLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskLog.class);

  private static final Duration POLL = Duration.ofMillis(100);

  /** Enough for some minutes; recovery is asked for within one. */
  private static final int ENTRIES_MAX = 50_000;

  /** A job that was not folded for so long rests, or has ended. */
  private static final long ACTIVE_MS = 1_500;

  record Entry(long timeMs, String task, String worker, boolean begun) {}

  /**
   * When a worker was heard of first, which is when it is ready, and when it began its first task.
   */
  record FirstTask(long readyMs, long begunMs) {}

  private record Step(long timeMs, String jobId, long generation) {}

  private final Codec codec = Codec.builtIn();
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Deque<Step> steps = new ArrayDeque<>();
  private final Map<String, Long> heardOfMs = new HashMap<>();
  private final Thread thread;
  private volatile boolean closing;

  TaskLog(KafkaSettings kafka) {
    consumer = new KafkaConsumer<>(kafka.committedReader());
    var partitions = new ArrayList<TopicPartition>();
    for (int i = 0; i < Topic.JOBS.partitions(); i++) {
      partitions.add(new TopicPartition(Topic.JOBS.topicName(), i));
    }
    partitions.add(new TopicPartition(Topic.FLEET.topicName(), 0));
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread = Thread.ofPlatform().name("task-log").daemon().start(this::run);
  }

  private void run() {
    while (!closing) {
      try {
        for (var record : consumer.poll(POLL)) {
          if (record.value() != null) {
            note(record);
          }
        }
      } catch (KafkaException e) {
        LOG.debug("The brokers are away: {}", e.getMessage());
      }
    }
    consumer.close();
  }

  private void note(ConsumerRecord<String, ByteBuffer> record) {
    if (record.topic().equals(Topic.FLEET.topicName())) {
      if (codec.decode(WorkerHeartbeat.class, record.value())
          instanceof Decoded.Message<WorkerHeartbeat>(var heartbeat)) {
        heardOf(heartbeat.worker(), record.timestamp());
      }
    } else if (codec.decode(JobRecord.class, record.value())
        instanceof Decoded.Message<JobRecord>(var message)) {
      long timeMs = record.timestamp();
      if (message.event() instanceof AttemptStarted begun) {
        add(new Entry(timeMs, task(begun.jobId(), begun.taskId()), begun.worker(), true));
      } else if (message.event() instanceof TaskReported ended) {
        add(new Entry(timeMs, task(ended.jobId(), ended.taskId()), ended.worker(), false));
      } else if (message.event() instanceof FoldProgressed progress) {
        add(new Step(timeMs, progress.jobId(), progress.generation()));
      }
    }
  }

  private static String task(String jobId, String taskId) {
    return jobId + " " + taskId;
  }

  private synchronized void heardOf(String worker, long timeMs) {
    heardOfMs.putIfAbsent(worker, timeMs);
  }

  private synchronized void add(Entry entry) {
    entries.addLast(entry);
    if (entries.size() > ENTRIES_MAX) {
      entries.removeFirst();
    }
  }

  private synchronized void add(Step step) {
    steps.addLast(step);
    if (steps.size() > ENTRIES_MAX) {
      steps.removeFirst();
    }
  }

  /** Those of some jobs that were being folded at a time, with the generation they were at. */
  synchronized Map<String, Long> foldedAt(Set<String> jobs, long timeMs) {
    var folded = new HashMap<String, Long>();
    for (var step : steps) {
      if (jobs.contains(step.jobId) && step.timeMs <= timeMs && step.timeMs > timeMs - ACTIVE_MS) {
        folded.put(step.jobId, step.generation);
      }
    }
    return folded;
  }

  /**
   * How long it took until each of some jobs was folded further.
   *
   * @param jobs with the generation that they were at
   * @param lostMs when the coordinator of some of their blocks was lost
   * @return milliseconds of the last one; empty where there are none, or one was not yet
   */
  synchronized OptionalLong furtherAfterMs(Map<String, Long> jobs, long lostMs) {
    long last = -1;
    for (var job : jobs.entrySet()) {
      // One further step may have been on its way.
      var further =
          steps.stream()
              .filter(
                  step ->
                      step.timeMs > lostMs
                          && step.jobId.equals(job.getKey())
                          && step.generation > job.getValue() + 1)
              .findFirst();
      if (further.isEmpty()) {
        return OptionalLong.empty();
      }
      last = Math.max(last, further.get().timeMs - lostMs);
    }
    return last < 0 ? OptionalLong.empty() : OptionalLong.of(last);
  }

  /** Tasks that a worker had begun, and nobody had ended or begun anew, at a time. */
  synchronized Set<String> heldBy(String worker, long timeMs) {
    return heldBy(entries, worker, timeMs);
  }

  static Set<String> heldBy(Collection<Entry> entries, String worker, long timeMs) {
    var held = new HashSet<String>();
    for (var entry : entries) {
      if (entry.timeMs <= timeMs) {
        if (entry.begun && entry.worker.equals(worker)) {
          held.add(entry.task);
        } else {
          held.remove(entry.task);
        }
      }
    }
    return held;
  }

  /**
   * How long it took until each task that a worker held was begun by another, or was ended.
   *
   * @param worker the one that was lost
   * @param lostMs when
   * @return milliseconds of the last one; empty where it held none, or one was not begun yet
   */
  OptionalLong elsewhereAfterMs(String worker, long lostMs) {
    long last = -1;
    for (var task : heldBy(worker, lostMs)) {
      var begunMs = firstElsewhere(task, worker, lostMs);
      if (begunMs.isEmpty()) {
        return OptionalLong.empty();
      }
      last = Math.max(last, begunMs.getAsLong() - lostMs);
    }
    return last < 0 ? OptionalLong.empty() : OptionalLong.of(last);
  }

  private synchronized OptionalLong firstElsewhere(String task, String worker, long afterMs) {
    for (var entry : entries) {
      if (entry.timeMs > afterMs && entry.task.equals(task)) {
        if (!entry.worker.equals(worker) || !entry.begun) {
          return OptionalLong.of(entry.timeMs);
        }
      }
    }
    return OptionalLong.empty();
  }

  /** Whether a worker was heard of. */
  synchronized boolean isReady(String worker) {
    return heardOfMs.containsKey(worker);
  }

  /** A worker's first task; none where it has begun none. */
  synchronized Optional<FirstTask> firstTask(String worker) {
    var readyMs = heardOfMs.get(worker);
    if (readyMs == null) {
      return Optional.empty();
    }
    return entries.stream()
        .filter(entry -> entry.begun && entry.worker.equals(worker))
        .findFirst()
        .map(entry -> new FirstTask(readyMs, Math.max(readyMs, entry.timeMs)));
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
