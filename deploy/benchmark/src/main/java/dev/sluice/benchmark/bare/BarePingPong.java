package dev.sluice.benchmark.bare;

import dev.sluice.benchmark.report.Statistics;
import dev.sluice.platform.kafka.KafkaSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** How long one record takes from a client over the broker to another: half of there and back. */
public final class BarePingPong {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
  private static final int WARM = 200;
  private static final int RECORD_BYTES = 300;
  private static final double P99 = 0.99;

  private BarePingPong() {}

  /**
   * What came out.
   *
   * @param p50Ms half of all hops took no longer
   * @param p99Ms 99 of 100 hops took no longer
   */
  public record Hop(double p50Ms, double p99Ms) {}

  /**
   * Measures.
   *
   * @param arguments brokers, seconds
   */
  public static Hop run(List<String> arguments) throws InterruptedException {
    var kafka = KafkaSettings.of(arguments.get(0));
    long forNanos = (long) (Double.parseDouble(arguments.get(1)) * 1e9);
    var ping = "bench-ping-" + ProcessHandle.current().pid();
    var pong = ping + "-pong";
    try (var _ = BareTopics.of(kafka, 1, ping, pong)) {
      var stop = new AtomicBoolean();
      var echo = Thread.ofPlatform().daemon().start(() -> echo(kafka, ping, pong, stop));
      try {
        return measure(kafka, ping, pong, forNanos);
      } finally {
        stop.set(true);
        echo.join();
      }
    }
  }

  private static Hop measure(KafkaSettings kafka, String ping, String pong, long forNanos) {
    var value = new byte[RECORD_BYTES];
    var hops = new ArrayList<Double>();
    try (var sender = new KafkaProducer<String, byte[]>(kafka.controlProducer());
        var reader = reader(kafka, pong)) {
      long begunNanos = 0;
      for (int i = 0; begunNanos == 0 || System.nanoTime() - begunNanos < forNanos; i++) {
        if (i == WARM) {
          begunNanos = System.nanoTime();
        }
        long sentNanos = System.nanoTime();
        var _ = sender.send(new ProducerRecord<>(ping, 0, "ping", value));
        while (reader.poll(POLL).isEmpty()) {
          if (System.nanoTime() - sentNanos > ANSWER_MAX.toNanos()) {
            throw new IllegalStateException("nothing comes back");
          }
        }
        if (begunNanos > 0) {
          hops.add((System.nanoTime() - sentNanos) / 2e6);
        }
      }
    }
    return new Hop(Statistics.percentile(hops, 1.0 / 2), Statistics.percentile(hops, P99));
  }

  private static void echo(KafkaSettings kafka, String ping, String pong, AtomicBoolean stop) {
    try (var sender = new KafkaProducer<String, byte[]>(kafka.controlProducer());
        var reader = reader(kafka, ping)) {
      while (!stop.get()) {
        for (var record : reader.poll(POLL)) {
          var value = new byte[record.value().remaining()];
          record.value().get(value);
          var _ = sender.send(new ProducerRecord<>(pong, 0, record.key(), value));
        }
      }
    }
  }

  private static KafkaConsumer<String, ByteBuffer> reader(KafkaSettings kafka, String topic) {
    var reader = new KafkaConsumer<String, ByteBuffer>(kafka.uncommittedReader());
    var partitions = BareTopics.partitions(topic, 1);
    reader.assign(partitions);
    reader.seekToBeginning(partitions);
    return reader;
  }
}
