package dev.sluice.chaos;

import dev.sluice.platform.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a client waits when a broker is lost: writes a small record fifty times a second to a
 * partition that each broker leads, and notes when each was confirmed by all.
 */
final class StallProbe implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StallProbe.class);

  private static final String TOPIC = "chaos-probe";
  private static final long PAUSE_MS = 20;
  private static final int CONFIRMED_MAX = 50_000;
  private static final byte[] NOTHING = new byte[8];

  private final KafkaProducer<String, byte[]> producer;
  private final List<Integer> nodes;
  private final Map<Integer, Deque<Long>> confirmedMs = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param kafka cluster
   * @param nodes node ids of its brokers
   */
  StallProbe(KafkaSettings kafka, List<Integer> nodes) {
    this.nodes = List.copyOf(nodes);
    create(kafka);
    producer = new KafkaProducer<>(kafka.controlProducer());
    nodes.forEach(node -> confirmedMs.put(node, new ArrayDeque<>()));
    thread = Thread.ofPlatform().name("probe").daemon().start(this::run);
  }

  /** Each partition is led by the first of its copies. */
  private void create(KafkaSettings kafka) {
    var copies = new HashMap<Integer, List<Integer>>();
    for (int i = 0; i < nodes.size(); i++) {
      var order = new ArrayList<Integer>(nodes.subList(i, nodes.size()));
      order.addAll(nodes.subList(0, i));
      copies.put(i, order);
    }
    var topic = new NewTopic(TOPIC, copies).configs(Map.of("retention.ms", "60000"));
    try (var admin = Admin.create(kafka.admin())) {
      admin.createTopics(List.of(topic)).all().toCompletionStage().toCompletableFuture().join();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void run() {
    try {
      while (!closing.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
        for (int i = 0; i < nodes.size(); i++) {
          int node = nodes.get(i);
          producer.send(
              new ProducerRecord<>(TOPIC, i, null, NOTHING),
              (metadata, failure) -> {
                if (failure == null) {
                  confirmed(node);
                }
              });
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.warn("The probe has ended: {}", e.getMessage());
    }
    producer.close(Duration.ofSeconds(2));
  }

  private synchronized void confirmed(int node) {
    var times = confirmedMs.get(node);
    if (times != null) {
      times.addLast(System.currentTimeMillis());
      if (times.size() > CONFIRMED_MAX) {
        times.removeFirst();
      }
    }
  }

  /**
   * The longest time without a confirmation in the partition that a broker leads, from the moment
   * on at which it was lost.
   *
   * @return milliseconds; empty where nothing was confirmed since
   */
  synchronized OptionalLong stallMs(int node, long lostMs) {
    var times = confirmedMs.getOrDefault(node, new ArrayDeque<>());
    long before = lostMs;
    long longest = -1;
    for (long at : times) {
      if (at < lostMs) {
        continue;
      }
      longest = Math.max(longest, at - before);
      before = at;
    }
    return longest < 0 ? OptionalLong.empty() : OptionalLong.of(longest);
  }

  /** Whether something was confirmed in the partition of a broker after a time. */
  synchronized boolean confirmedAfter(int node, long timeMs) {
    var times = confirmedMs.getOrDefault(node, new ArrayDeque<>());
    return !times.isEmpty() && times.getLast() > timeMs;
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
