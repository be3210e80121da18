package dev.sluice.worker.ledger;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.broker.Following;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ledger wants done with jobs, followed in a thread of its own. One entry for each job
 * that has a control; the topic is compacted, so these are the jobs of recent days at most.
 */
public final class Controls implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Controls.class);

  private static final Duration POLL = Duration.ofSeconds(1);

  private final Codec codec;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final Map<String, JobControl> controls = new ConcurrentHashMap<>();
  private final Runnable bell;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Following following;

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
    this.following =
        new Following(
            Topic.CONTROLS,
            kafka.committedReader(),
            "controls",
            "follow controls",
            LOG,
            new Reader(),
            onDefect);
    following.start();
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

  /** Reads from the beginning; what was there at the start is waited for. */
  private final class Reader implements Following.Reader {

    private long startEnd = -1;

    @Override
    public void begin(KafkaConsumer<String, ByteBuffer> consumer, TopicPartition partition) {
      consumer.seekToBeginning(List.of(partition));
    }

    @Override
    public void take(KafkaConsumer<String, ByteBuffer> consumer, TopicPartition partition) {
      if (startEnd < 0) {
        startEnd = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      }
      if (caughtUp.getCount() > 0 && consumer.position(partition) >= startEnd) {
        caughtUp.countDown();
      }
      var records = consumer.poll(POLL);
      records.forEach(Controls.this::learn);
      if (!records.isEmpty()) {
        bell.run();
      }
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
    following.close();
  }
}
