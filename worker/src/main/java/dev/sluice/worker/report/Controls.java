package dev.sluice.worker.report;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.worker.broker.Following;
import dev.sluice.worker.work.KnownJobs;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ledger wants done with jobs, and what is known of them, followed in a thread of its own.
 * There is a control for each job that has not ended, or not for long; of those of recent days it
 * is known that they have ended, many in one record. Facts are kept of those that have not ended.
 */
public final class Controls implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Controls.class);

  private static final Duration POLL = Duration.ofSeconds(1);

  private final Codec codec;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final KnownJobs jobs = new KnownJobs();
  private final Runnable bell;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Following following;

  /**
   * @param kafka cluster
   * @param factPartitions partitions of {@code sluice.job-facts}
   * @param codec decodes controls and facts
   * @param passedOver told of records that are neither
   * @param bell rung whenever one has come
   * @param onDefect told where its thread fails
   */
  public Controls(
      KafkaSettings kafka,
      int factPartitions,
      Codec codec,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver,
      Runnable bell,
      Thread.UncaughtExceptionHandler onDefect) {
    this.codec = codec;
    this.passedOver = passedOver;
    this.bell = bell;
    this.following =
        new Following(
            partitions(factPartitions),
            kafka.committedReader(),
            "controls",
            "follow controls",
            LOG,
            new Reader(),
            onDefect);
    following.start();
  }

  private static List<TopicPartition> partitions(int factPartitions) {
    var all = new ArrayList<TopicPartition>();
    all.add(new TopicPartition(Topic.CONTROLS.topicName(), 0));
    for (int partition = 0; partition < factPartitions; partition++) {
      all.add(new TopicPartition(Topic.JOB_FACTS.topicName(), partition));
    }
    return all;
  }

  /** What is known of jobs. */
  public KnownJobs jobs() {
    return jobs;
  }

  /**
   * Waits until everything written before the start has been read.
   *
   * @return whether it has been, within the time
   */
  public boolean awaitCaughtUp(Duration longest) throws InterruptedException {
    return caughtUp.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Reads from the beginning; what was there at the start is waited for. */
  private final class Reader implements Following.Reader {

    private Map<TopicPartition, Long> startEnds = Map.of();

    @Override
    public void begin(KafkaConsumer<String, ByteBuffer> consumer, List<TopicPartition> partitions) {
      consumer.seekToBeginning(partitions);
    }

    @Override
    public void take(KafkaConsumer<String, ByteBuffer> consumer, List<TopicPartition> partitions) {
      if (startEnds.isEmpty()) {
        startEnds = consumer.endOffsets(partitions);
      }
      if (caughtUp.getCount() > 0
          && startEnds.entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
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
      passedOver.accept(record, Unread.because("It has no key, which would be of a job."));
    } else if (record.topic().equals(Topic.CONTROLS.topicName())) {
      learnControl(record);
    } else {
      learnFact(record);
    }
  }

  private void learnControl(ConsumerRecord<String, ByteBuffer> record) {
    if (StateKeys.isEnded(record.key())) {
      learnEnded(record);
      return;
    }
    if (record.value() == null) {
      jobs.forgetControl(record.key());
      return;
    }
    switch (codec.decode(JobControl.class, record.value())) {
      case Decoded.Message<JobControl>(var control) -> jobs.learn(control);
      case Decoded.UnknownSchema<JobControl>(long fingerprint) ->
          passedOver.accept(record, Unread.unknownSchema(fingerprint));
      case Decoded.Malformed<JobControl>(var why) -> passedOver.accept(record, Unread.because(why));
    }
  }

  private void learnEnded(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() == null) {
      jobs.forgetEnded(record.key());
      return;
    }
    switch (codec.decode(EndedJobs.class, record.value())) {
      case Decoded.Message<EndedJobs>(var ended) -> jobs.learn(record.key(), ended);
      case Decoded.UnknownSchema<EndedJobs>(long fingerprint) ->
          passedOver.accept(record, Unread.unknownSchema(fingerprint));
      case Decoded.Malformed<EndedJobs>(var why) -> passedOver.accept(record, Unread.because(why));
    }
  }

  private void learnFact(ConsumerRecord<String, ByteBuffer> record) {
    var part = FactPart.at(record.key());
    if (record.value() == null) {
      if (part.isPresent()) {
        jobs.forgetFacts(FactPart.jobId(record.key()));
      }
      return;
    }
    if (part.isPresent() && part.get() != FactPart.SPEC && part.get() != FactPart.FOUND) {
      return; // no task needs it
    }
    switch (codec.decode(JobFacts.class, record.value())) {
      case Decoded.Message<JobFacts>(var facts) when FactPart.key(facts).equals(record.key()) ->
          jobs.learn(facts);
      case Decoded.Message<JobFacts>(var facts) ->
          passedOver.accept(record, Unread.because("It is " + FactPart.key(facts) + "."));
      case Decoded.UnknownSchema<JobFacts>(long fingerprint) ->
          passedOver.accept(record, Unread.unknownSchema(fingerprint));
      case Decoded.Malformed<JobFacts>(var why) -> passedOver.accept(record, Unread.because(why));
    }
  }

  @Override
  public void close() {
    following.close();
  }
}
