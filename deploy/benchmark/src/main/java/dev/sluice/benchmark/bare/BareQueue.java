package dev.sluice.benchmark.bare;

import dev.sluice.platform.cluster.LaneGroup;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What the log allows a queue of jobs: one bare producer, and one bare member of a share group that
 * acknowledges each record, with records as large as a submission.
 */
public final class BareQueue {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration FIRST_MAX = Duration.ofSeconds(30);
  private static final int RECORDS_MAX = 500;
  private static final int ANSWER_S_MAX = 30;

  /** The part of the time after which counting begins. */
  private static final double WARM = 0.4;

  private BareQueue() {}

  /**
   * What came out.
   *
   * @param recordsPerSecond records that were written and acknowledged
   * @param writtenPerSecond records that the producer alone wrote, with nobody reading
   * @param records records that were written in all
   * @param cpuSeconds processor time that this process took, in all
   */
  public record Queued(
      double recordsPerSecond, double writtenPerSecond, long records, double cpuSeconds) {}

  /**
   * What a producer wrote.
   *
   * @param perSecond once it was warm
   * @param records in all
   */
  private record Written(double perSecond, long records) {}

  private record Read(double perSecond, long written) {}

  /**
   * Measures.
   *
   * @param arguments brokers, bytes of a record, seconds
   */
  public static Queued run(List<String> arguments)
      throws InterruptedException, ExecutionException, TimeoutException {
    var kafka = KafkaSettings.of(arguments.get(0));
    var value = new byte[Integer.parseInt(arguments.get(1))];
    long forNanos = (long) (Double.parseDouble(arguments.get(2)) * 1e9);
    var name = "bench-queue-" + ProcessHandle.current().pid();
    try (var topics = BareTopics.of(kafka, 1, name, name + "-written")) {
      var alone = write(kafka, name + "-written", value, forNanos / 2, new AtomicBoolean());
      var group = new ConfigResource(ConfigResource.Type.GROUP, Topic.shareGroup(name));
      Map<ConfigResource, Collection<AlterConfigOp>> settings =
          Map.of(
              group,
              LaneGroup.SETTINGS.entrySet().stream()
                  .map(
                      it ->
                          new AlterConfigOp(
                              new ConfigEntry(it.getKey(), it.getValue()),
                              AlterConfigOp.OpType.SET))
                  .toList());
      topics.admin().incrementalAlterConfigs(settings).all().get(ANSWER_S_MAX, TimeUnit.SECONDS);
      var queued = queue(kafka, name, value, forNanos);
      return new Queued(
          queued.perSecond(),
          alone.perSecond(),
          alone.records() + queued.written(),
          BareExchange.cpuSeconds());
    }
  }

  private static Read queue(KafkaSettings kafka, String name, byte[] value, long forNanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    var stop = new AtomicBoolean();
    var writer =
        CompletableFuture.supplyAsync(
            () -> write(kafka, name, value, 10 * forNanos + FIRST_MAX.toNanos(), stop));
    double perSecond;
    try {
      perSecond = read(kafka, name, forNanos);
    } finally {
      stop.set(true);
    }
    return new Read(perSecond, writer.get(ANSWER_S_MAX, TimeUnit.SECONDS).records());
  }

  private static double read(KafkaSettings kafka, String name, long forNanos) {
    try (var consumer =
        new KafkaShareConsumer<String, byte[]>(kafka.shareReader(name, RECORDS_MAX))) {
      consumer.subscribe(List.of(name));
      long untilNanos = System.nanoTime() + FIRST_MAX.toNanos();
      long begunNanos = 0;
      long countedNanos = 0;
      long counted = 0;
      while (true) {
        var records = consumer.poll(POLL);
        records.forEach(record -> consumer.acknowledge(record, AcknowledgeType.ACCEPT));
        long now = System.nanoTime();
        if (begunNanos == 0 && !records.isEmpty()) {
          begunNanos = now;
        } else if (begunNanos == 0 && now > untilNanos) {
          throw new IllegalStateException("the share group gets nothing");
        } else if (begunNanos > 0 && countedNanos == 0 && now - begunNanos > WARM * forNanos) {
          countedNanos = now;
        } else if (countedNanos > 0) {
          counted += records.count();
          if (now - begunNanos > forNanos) {
            return counted / ((now - countedNanos) / 1e9);
          }
        }
      }
    }
  }

  private static Written write(
      KafkaSettings kafka, String topic, byte[] value, long forNanos, AtomicBoolean stop) {
    try (var sender = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      long begunNanos = System.nanoTime();
      long countedNanos = 0;
      long counted = 0;
      long all = 0;
      while (!stop.get()
          && (countedNanos == 0 || System.nanoTime() - countedNanos < (1 - WARM) * forNanos)) {
        var _ = sender.send(new ProducerRecord<>(topic, 0, "job", value));
        all++;
        if (countedNanos > 0) {
          counted++;
        } else if (System.nanoTime() - begunNanos > WARM * forNanos) {
          sender.flush();
          countedNanos = System.nanoTime();
        }
      }
      sender.flush();
      return new Written(counted / ((System.nanoTime() - countedNanos) / 1e9), all);
    }
  }
}
