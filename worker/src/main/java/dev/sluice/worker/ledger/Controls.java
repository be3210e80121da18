package dev.sluice.worker.ledger;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.broker.Outage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ledger wants done with jobs, followed in a thread of its own. One entry for each job
 * that has a control; the topic is compacted, so these are the jobs of recent days at most.
 */
public final class Controls implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Controls.class);

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final long CLOSE_MS_MAX = 5_000;
  private static final long RETRY_MS = 500;

  private final Codec codec;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Map<String, JobControl> controls = new ConcurrentHashMap<>();
  private final Runnable bell;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Outage outage = new Outage(LOG, "follow controls");
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param kafka cluster
   * @param codec decodes controls
   * @param passedOver told of records that are no controls
   * @param bell rung whenever a control has come
   * @param onDefect told where its thread fails
   */
  public Controls(
      KafkaSettings kafka,
      Codec codec,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver,
      Runnable bell,
      Thread.UncaughtExceptionHandler onDefect) {
    this.codec = codec;
    this.passedOver = passedOver;
    this.bell = bell;
    this.consumer = new KafkaConsumer<>(kafka.committedReader());
    this.thread =
        Thread.ofPlatform().name("controls").uncaughtExceptionHandler(onDefect).start(this::run);
  }

  /** Whether the ledger no longer wants a task: its job was stopped, or the task issued anew. */
  public boolean isVoid(Task task) {
    var control = controls.get(task.jobId());
    return control != null && (control.command() == Command.STOP || task.epoch() < control.epoch());
  }

  /**
   * Waits until all controls written before the start have been read.
   *
   * @return whether they have been, within the time
   */
  public boolean awaitCaughtUp(Duration longest) throws InterruptedException {
    return caughtUp.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    var partition = new TopicPartition(Topic.CONTROLS.topicName(), 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    while (!closing) {
      try {
        if (caughtUp.getCount() > 0) {
          catchUp(partition);
        }
        take(POLL);
      } catch (WakeupException e) {
        LOG.trace("Woken to close.");
      } catch (KafkaException e) {
        outage.says(e);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MS));
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private void catchUp(TopicPartition partition) {
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    while (!closing && consumer.position(partition) < end) {
      take(POLL);
    }
    caughtUp.countDown();
  }

  private void take(Duration wait) {
    var records = consumer.poll(wait);
    records.forEach(this::learn);
    if (!records.isEmpty()) {
      bell.run();
    }
  }

  private void learn(ConsumerRecord<String, ByteBuffer> record) {
    if (record.key() == null) {
      passedOver.accept(record, Unread.because("It has no key, which would be the job's id."));
      return;
    }
    if (record.value() == null) {
      controls.remove(record.key());
      return;
    }
    switch (codec.decode(JobControl.class, record.value())) {
      case Decoded.Message<JobControl>(var control) -> controls.put(control.jobId(), control);
      case Decoded.UnknownSchema<JobControl>(long fingerprint) ->
          passedOver.accept(record, Unread.unknownSchema(fingerprint));
      case Decoded.Malformed<JobControl>(var why) -> passedOver.accept(record, Unread.because(why));
    }
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
