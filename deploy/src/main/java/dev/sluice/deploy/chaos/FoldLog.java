package dev.sluice.deploy.chaos;

import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When parameters were published, by partition, and which coordinator folds which partition. Looks
 * at the ends of {@code sluice.parameters} twenty times a second.
 */
final class FoldLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FoldLog.class);

  private static final String GROUP = "sluice-fold";
  private static final long SAMPLE_MS = 50;
  private static final int SAMPLES_MAX = 20_000;

  /** A partition in which nothing was published for so long is at rest. */
  private static final long ACTIVE_MS = 1_500;

  /** What a process has handed to the system arrives although it is killed. */
  private static final long ON_ITS_WAY_MS = 100;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Admin admin;
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final List<Deque<Long>> publishedMs = new ArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  FoldLog(KafkaSettings kafka) {
    consumer = new KafkaConsumer<>(kafka.uncommittedReader());
    admin = Admin.create(kafka.admin());
    for (int i = 0; i < Topic.PARAMETERS.partitions(); i++) {
      partitions.add(new TopicPartition(Topic.PARAMETERS.topicName(), i));
      publishedMs.add(new ArrayDeque<>());
    }
    thread = Thread.ofPlatform().name("fold-log").daemon().start(this::run);
  }

  private void run() {
    var ends = new long[partitions.size()];
    try {
      while (!closing.await(SAMPLE_MS, TimeUnit.MILLISECONDS)) {
        try {
          var now = consumer.endOffsets(partitions);
          for (int i = 0; i < ends.length; i++) {
            long end = now.getOrDefault(partitions.get(i), ends[i]);
            if (end > ends[i]) {
              published(i, System.currentTimeMillis());
            }
            ends[i] = end;
          }
        } catch (KafkaException e) {
          LOG.debug("The brokers are away: {}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close();
  }

  private synchronized void published(int partition, long timeMs) {
    var times = publishedMs.get(partition);
    times.addLast(timeMs);
    if (times.size() > SAMPLES_MAX) {
      times.removeFirst();
    }
  }

  /**
   * Partitions that a coordinator folds.
   *
   * @param pid its process id
   */
  Set<Integer> foldedBy(long pid) {
    var owned = new TreeSet<Integer>();
    try {
      var group =
          admin
              .describeConsumerGroups(
                  List.of(GROUP), new DescribeConsumerGroupsOptions().timeoutMs(3_000))
              .all()
              .get(5, TimeUnit.SECONDS)
              .get(GROUP);
      if (group != null) {
        for (var member : group.members()) {
          if (member.clientId().equals("coordinator-" + pid)) {
            member.assignment().topicPartitions().forEach(part -> owned.add(part.partition()));
          }
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Who folds what is not known: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return owned;
  }

  /** Those of some partitions in which parameters were being published at a time. */
  synchronized Set<Integer> active(Set<Integer> among, long timeMs) {
    var active = new TreeSet<Integer>();
    for (int partition : among) {
      if (publishedMs.get(partition).stream()
          .anyMatch(at -> at <= timeMs && at > timeMs - ACTIVE_MS)) {
        active.add(partition);
      }
    }
    return active;
  }

  /**
   * How long it took until parameters were published again in each partition.
   *
   * @param lostMs when their coordinator was lost
   * @return milliseconds of the last one; empty where one rests still, or there are none
   */
  synchronized OptionalLong againAfterMs(Set<Integer> lost, long lostMs) {
    long last = -1;
    for (int partition : lost) {
      var again =
          publishedMs.get(partition).stream()
              .mapToLong(Long::longValue)
              .filter(at -> at > lostMs + ON_ITS_WAY_MS)
              .findFirst();
      if (again.isEmpty()) {
        return OptionalLong.empty();
      }
      last = Math.max(last, again.getAsLong() - lostMs);
    }
    return last < 0 ? OptionalLong.empty() : OptionalLong.of(last);
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    admin.close(Duration.ofSeconds(2));
  }
}
