package dev.sluice.deploy.chaos;

import dev.sluice.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.ElectionType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The brokers as an operator sees them. */
final class Brokers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Brokers.class);

  private static final int CALL_MS = 5_000;

  private final Admin admin;
  private final int count;

  Brokers(KafkaSettings kafka, int count) {
    this.admin = Admin.create(kafka.admin());
    this.count = count;
  }

  /** Node ids. */
  List<Integer> nodes() {
    return IntStream.rangeClosed(1, count).boxed().toList();
  }

  /** Whether all brokers answer. */
  boolean up() throws InterruptedException {
    return holds(this::allUp);
  }

  /** Whether every copy of every partition is in sync; not where the brokers don't say. */
  boolean inSync() throws InterruptedException {
    return holds(this::copiesInSync);
  }

  /** Gives each partition back to the broker that is to lead it. */
  void balance() throws InterruptedException {
    try {
      admin
          .electLeaders(ElectionType.PREFERRED, null)
          .partitions()
          .get(CALL_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Leaders stay where they are: {}", e.getMessage());
    }
  }

  private boolean allUp() throws ExecutionException, TimeoutException, InterruptedException {
    return admin
            .describeCluster(new DescribeClusterOptions().timeoutMs(CALL_MS))
            .nodes()
            .get(2L * CALL_MS, TimeUnit.MILLISECONDS)
            .size()
        == count;
  }

  private boolean copiesInSync() throws ExecutionException, TimeoutException, InterruptedException {
    var names = admin.listTopics().names().get(CALL_MS, TimeUnit.MILLISECONDS);
    var topics = admin.describeTopics(names).allTopicNames().get(CALL_MS, TimeUnit.MILLISECONDS);
    return allUp()
        && topics.values().stream()
            .flatMap(topic -> topic.partitions().stream())
            .allMatch(partition -> partition.isr().size() == partition.replicas().size());
  }

  private interface Condition {
    boolean holds() throws ExecutionException, TimeoutException, InterruptedException;
  }

  private static boolean holds(Condition condition) throws InterruptedException {
    try {
      return condition.holds();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("The brokers are away: {}", e.getMessage());
      return false;
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(2));
  }
}
