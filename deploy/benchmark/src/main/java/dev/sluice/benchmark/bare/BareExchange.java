package dev.sluice.benchmark.bare;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What the log allows two workers that train in step: bare clients with the settings of ours,
 * blocks of 1 MiB over four partitions, and nothing computed. In one trip each reads the other's
 * blocks. In two trips a folder reads the blocks of both, and answers each pair with one that both
 * read.
 */
public final class BareExchange {
  private static final int PARTITIONS = 4;
  private static final int BLOCK_BYTES = Topic.BLOCK_FLOATS * Float.BYTES;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration STEP_MAX = Duration.ofSeconds(20);

  /** After this time counting begins: connections and JIT are warm then, as in a second job. */
  private static final long WARM_NANOS = 4_000_000_000L;

  private final KafkaSettings kafka;
  private final int bytes;
  private final long forNanos;
  private volatile long last = Long.MAX_VALUE;

  private BareExchange(KafkaSettings kafka, int bytes, double seconds) {
    this.kafka = kafka;
    this.bytes = bytes;
    this.forNanos = WARM_NANOS + (long) (seconds * 1e9);
  }

  /**
   * What came out.
   *
   * @param steps steps that were counted
   * @param seconds how long they took
   * @param allSteps steps in all
   * @param cpuSeconds processor time that this process took, in all
   */
  public record Exchanged(long steps, double seconds, long allSteps, double cpuSeconds) {
    /** Steps in a second. */
    public double perSecond() {
      return steps / seconds;
    }
  }

  /**
   * Measures.
   *
   * @param arguments brokers; 1 or 2 trips; bytes that a worker sends in a step; seconds
   */
  public static Exchanged run(List<String> arguments)
      throws InterruptedException, ExecutionException, TimeoutException {
    var kafka = KafkaSettings.of(arguments.get(0));
    var exchange =
        new BareExchange(
            kafka, Integer.parseInt(arguments.get(2)), Double.parseDouble(arguments.get(3)));
    var prefix = "bench." + ProcessHandle.current().pid() + ".";
    return arguments.get(1).equals("1") ? exchange.oneTrip(prefix) : exchange.twoTrips(prefix);
  }

  private Exchanged oneTrip(String prefix)
      throws InterruptedException, ExecutionException, TimeoutException {
    var first = prefix + "first";
    var second = prefix + "second";
    try (var _ = BareTopics.of(kafka, PARTITIONS, first, second)) {
      return together(List.of(() -> work(true, first, second), () -> work(false, second, first)));
    }
  }

  private Exchanged twoTrips(String prefix)
      throws InterruptedException, ExecutionException, TimeoutException {
    var up = prefix + "contributions";
    var down = prefix + "parameters";
    try (var _ = BareTopics.of(kafka, PARTITIONS, up, down)) {
      return together(
          List.of(() -> work(true, up, down), () -> work(false, up, down), () -> fold(up, down)));
    }
  }

  private Exchanged together(List<Callable<Exchanged>> parts)
      throws InterruptedException, ExecutionException, TimeoutException {
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
      var running = parts.stream().map(threads::submit).toList();
      long waitNanos = forNanos + 2 * STEP_MAX.toNanos();
      for (var part : running) {
        part.get(waitNanos, TimeUnit.NANOSECONDS);
      }
      return running.getFirst().get();
    }
  }

  /** Sends its blocks, waits for those of the step, and begins the next. The first one counts. */
  private Exchanged work(boolean counts, String to, String from) {
    var blocks = blocks();
    try (var sender = new KafkaProducer<String, byte[]>(kafka.bulkProducer());
        var reader = new StepReader(from, 1)) {
      long begunNanos = System.nanoTime();
      long countedFrom = -1;
      long countedNanos = 0;
      long step = 0;
      for (; step <= last; step++) {
        long now = System.nanoTime();
        if (counts && countedFrom < 0 && now - begunNanos > WARM_NANOS) {
          countedFrom = step;
          countedNanos = now;
        }
        if (counts && countedFrom >= 0 && now - begunNanos > forNanos && step > countedFrom) {
          last = step; // the other one sees it before it begins the next: it waits for this one
        }
        for (int block = 0; block < blocks.size(); block++) {
          var _ =
              sender.send(new ProducerRecord<>(to, block % PARTITIONS, "block", blocks.get(block)));
        }
        reader.await(step);
      }
      double seconds = (System.nanoTime() - countedNanos) / 1e9;
      return new Exchanged(Math.max(0, step - countedFrom), seconds, step, cpuSeconds());
    }
  }

  /** Answers every pair of blocks with one. */
  private Exchanged fold(String from, String to) {
    var blocks = blocks();
    try (var sender = new KafkaProducer<String, byte[]>(kafka.bulkProducer());
        var reader = new StepReader(from, 2)) {
      for (long step = 0; step <= last; step++) {
        reader.await(step);
        for (int block = 0; block < blocks.size(); block++) {
          var _ =
              sender.send(new ProducerRecord<>(to, block % PARTITIONS, "block", blocks.get(block)));
        }
      }
      return new Exchanged(0, 1, 0, 0);
    }
  }

  private List<byte[]> blocks() {
    var blocks = new ArrayList<byte[]>();
    for (int left = bytes; left > 0; left -= BLOCK_BYTES) {
      blocks.add(new byte[Math.min(left, BLOCK_BYTES)]);
    }
    return blocks;
  }

  static double cpuSeconds() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(taken -> taken.toNanos() / 1e9)
        .orElse(0.0);
  }

  /** Reads blocks until all of a step are there; partitions may be ahead of each other. */
  private final class StepReader implements AutoCloseable {
    private final KafkaConsumer<String, ByteBuffer> consumer;
    private final long[] read = new long[PARTITIONS];
    private final long[] ofStep = new long[PARTITIONS];

    StepReader(String topic, int senders) {
      int blocks = Math.ceilDiv(bytes, BLOCK_BYTES);
      for (int block = 0; block < blocks; block++) {
        ofStep[block % PARTITIONS] += senders;
      }
      consumer = new KafkaConsumer<>(kafka.uncommittedReader());
      var partitions = BareTopics.partitions(topic, PARTITIONS);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
    }

    void await(long step) {
      long untilNanos = System.nanoTime() + STEP_MAX.toNanos();
      while (!has(step)) {
        if (System.nanoTime() > untilNanos) {
          throw new IllegalStateException(
              "step " + step + " is not there: " + Arrays.toString(read));
        }
        for (var record : consumer.poll(POLL)) {
          read[record.partition()]++;
        }
      }
    }

    private boolean has(long step) {
      for (int p = 0; p < PARTITIONS; p++) {
        if (read[p] < (step + 1) * ofStep[p]) {
          return false;
        }
      }
      return true;
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
