package dev.sluice.deploy.simulation;

import dev.sluice.platform.kafka.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** A member of a share group that has one record at a time, with the settings of our workers. */
final class ShareMember {

  private static final Duration COMMIT_MAX = Duration.ofSeconds(10);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final Duration ABANDON_MAX = Duration.ofMillis(100);

  private final KafkaShareConsumer<String, byte[]> consumer;
  private final Duration poll;
  private @Nullable FutureTask<ConsumerRecord<String, byte[]>> asking;
  private @Nullable ConsumerRecord<String, byte[]> record;

  /**
   * @param kafka cluster
   * @param lane names the share group
   * @param topic what it reads
   * @param poll longest poll: one that has met a transaction's marker gets nothing more, and one
   *     that follows another too early gets a record too many
   */
  ShareMember(KafkaSettings kafka, String lane, String topic, Duration poll) {
    this.poll = poll;
    consumer = new KafkaShareConsumer<>(kafka.shareReader(lane, 1));
    consumer.subscribe(List.of(topic));
  }

  void ask() {
    asking = new FutureTask<>(this::next);
    Thread.ofPlatform().daemon().name("member").start(asking);
  }

  private ConsumerRecord<String, byte[]> next() {
    while (true) {
      for (var found : consumer.poll(poll)) {
        return found;
      }
    }
  }

  /** Waits for what it has asked for. */
  String got(Duration waitMax) throws Exception {
    var found = Objects.requireNonNull(asking).get(waitMax.toMillis(), TimeUnit.MILLISECONDS);
    asking = null;
    record = found;
    return new String(found.value(), StandardCharsets.UTF_8)
        + " ("
        + found.deliveryCount().orElse((short) 0)
        + ")";
  }

  String settle(AcknowledgeType how) {
    consumer.acknowledge(Objects.requireNonNull(record), how);
    record = null;
    var problems = consumer.commitSync(COMMIT_MAX).values();
    return problems.stream().allMatch(problem -> problem.isEmpty()) ? "done" : "refused";
  }

  /** Leaves the group, as a connection does that ends. */
  void leave() {
    close(CLOSE_MAX);
  }

  /** No broker hears of its end. */
  void abandon() {
    close(ABANDON_MAX);
  }

  private void close(Duration max) {
    var polling = asking;
    if (polling != null) {
      consumer.wakeup();
      try {
        var _ = polling.get(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof WakeupException)) {
          throw new IllegalStateException(e);
        }
      } catch (InterruptedException | TimeoutException e) {
        throw new IllegalStateException(e);
      }
    }
    consumer.close(max);
  }
}
