package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.Samples;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.StateRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is shown is never older than what was shown before, and nothing before it is known. */
@Timeout(60)
class ViewFollowerTest {

  private static final TopicPartition STATES = new TopicPartition(Topic.JOB_STATES.topicName(), 0);
  private static final TopicPartition FACTS = new TopicPartition(Topic.JOB_FACTS.topicName(), 0);
  private static final TopicPartition ENDS = new TopicPartition(Topic.PREDICTIONS.topicName(), 0);
  private static final TopicPartition FLEET = new TopicPartition(Topic.FLEET.topicName(), 0);

  private final Codec codec = Codec.builtIn();
  private final ClusterView view = new ClusterView(10);
  private final Queue<Consumer<String, ByteBuffer>> consumers = new ArrayDeque<>();
  private long facts;
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final ViewFollower follower =
      new ViewFollower(
          consumers::remove, codec, view, Duration.ofSeconds(30), (record, unread) -> {});

  @AfterEach
  void close() {
    goOn.countDown();
    follower.close();
  }

  @Test
  void nothingIsKnownUntilAllThatWasThereAtTheStartIsRead() throws InterruptedException {
    var consumer = consumer(3);
    consumer.schedulePollTask(
        () -> {
          add(consumer, 0, "a", JobStatus.RUNNING);
          add(consumer, 1, "a", JobStatus.SUCCEEDED);
        });
    consumer.schedulePollTask(this::hold);
    consumer.schedulePollTask(() -> add(consumer, 2, "b", JobStatus.RUNNING));
    assertThat(view.reading()).contains(ReadingProgress.NOTHING);

    follower.start();

    until(() -> view.reading().equals(Optional.of(new ReadingProgress(2, 3))));
    assertThat(view.reading().orElseThrow().text()).isEqualTo("2 of 3 records are read");
    assertThat(status("a")).as("half of it may be old").isEmpty();

    goOn.countDown();
    until(() -> view.reading().isEmpty());
    assertThat(status("a")).contains(JobStatus.SUCCEEDED);
    assertThat(status("b")).contains(JobStatus.RUNNING);
  }

  @Test
  void afterAnErrorNoStateIsShownThatIsOlderThanOneBefore() throws InterruptedException {
    var first = consumer(2);
    first.schedulePollTask(
        () -> {
          add(first, 0, "a", JobStatus.RUNNING);
          add(first, 1, "a", JobStatus.EXPORTING);
        });
    first.schedulePollTask(() -> first.setPollException(new KafkaException("the brokers left")));
    var second = consumer(3);
    second.schedulePollTask(() -> add(second, 0, "a", JobStatus.RUNNING));
    second.schedulePollTask(this::hold);
    second.schedulePollTask(
        () -> {
          add(second, 1, "a", JobStatus.EXPORTING);
          add(second, 2, "a", JobStatus.SUCCEEDED);
        });
    var succeeded =
        view.jobs().await("a", job -> job.status() == JobStatus.SUCCEEDED, Duration.ofSeconds(60));

    follower.start();

    until(() -> follower.trouble().orElse("").contains("read anew"));
    assertThat(follower.trouble().orElseThrow()).contains("1 of 3 records are read");
    assertThat(status("a")).contains(JobStatus.EXPORTING);
    assertThat(view.reading()).as("what was known is still shown").isEmpty();

    goOn.countDown();
    until(() -> status("a").equals(Optional.of(JobStatus.SUCCEEDED)));
    until(() -> follower.trouble().isEmpty());
    assertThat(succeeded).as("who waited was told").isCompleted();
    assertThat(view.jobs().counts()).containsOnly(Map.entry(JobStatus.SUCCEEDED, 1));
  }

  @Test
  void whatWasRemovedWhileNobodyReadIsGone() throws InterruptedException {
    var first = consumer(2);
    first.schedulePollTask(
        () -> {
          add(first, 0, "a", JobStatus.SUCCEEDED);
          add(first, 1, "b", JobStatus.RUNNING);
        });
    first.schedulePollTask(this::hold);
    first.schedulePollTask(() -> first.setPollException(new KafkaException("the brokers left")));
    var second = consumer(2);
    second.schedulePollTask(() -> add(second, 1, "b", JobStatus.RUNNING));
    second.updateBeginningOffsets(Map.of(STATES, 1L, FACTS, 0L, ENDS, 0L, FLEET, 0L));
    follower.start();
    until(() -> status("a").isPresent());
    var shared = view.jobs().job("b").orElseThrow();

    goOn.countDown();

    until(() -> status("a").isEmpty());
    assertThat(view.jobs().job("b").orElseThrow()).as("it is in memory once").isSameAs(shared);
  }

  @Test
  void aDefectWhileReadingIsSaidAndDoesNotEndTheReading() throws InterruptedException {
    var first = consumer(1);
    first.schedulePollTask(
        () -> {
          throw new IllegalStateException("as the test asked");
        });
    var second = consumer(1);
    second.schedulePollTask(this::hold);
    second.schedulePollTask(() -> add(second, 0, "a", JobStatus.RUNNING));

    follower.start();

    until(() -> follower.trouble().orElse("").contains("as the test asked"));
    goOn.countDown();
    until(() -> status("a").isPresent());
    until(() -> follower.trouble().isEmpty());
  }

  private Optional<JobStatus> status(String jobId) {
    return view.jobs().job(jobId).map(job -> job.status());
  }

  private void hold() {
    try {
      goOn.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    var never = new CountDownLatch(1);
    while (!condition.getAsBoolean()) {
      var _ = never.await(5, TimeUnit.MILLISECONDS);
    }
  }

  /** The next consumer that is opened, of a topic that ends here. */
  private MockConsumer<String, ByteBuffer> consumer(long end) {
    var consumer = new MockConsumer<String, ByteBuffer>("none");
    for (var partition : List.of(STATES, FACTS, ENDS, FLEET)) {
      var info =
          new PartitionInfo(
              partition.topic(), partition.partition(), Node.noNode(), new Node[0], new Node[0]);
      consumer.updatePartitions(partition.topic(), List.of(info));
    }
    consumer.updateBeginningOffsets(Map.of(STATES, 0L, FACTS, 0L, ENDS, 0L, FLEET, 0L));
    consumer.updateEndOffsets(Map.of(STATES, end, FACTS, 0L, ENDS, 0L, FLEET, 0L));
    consumers.add(consumer);
    return consumer;
  }

  private void add(
      MockConsumer<String, ByteBuffer> consumer, long offset, String jobId, JobStatus status) {
    var job = Samples.state(jobId, status, 1);
    var state = new StateRecord(Samples.stored(job));
    consumer.addRecord(
        new ConsumerRecord<>(
            STATES.topic(), 0, offset, jobId, ByteBuffer.wrap(codec.encode(state))));
    for (var fact : Samples.facts(job)) {
      consumer.addRecord(
          new ConsumerRecord<>(
              FACTS.topic(), 0, facts++, FactPart.key(fact), ByteBuffer.wrap(codec.encode(fact))));
    }
  }
}
