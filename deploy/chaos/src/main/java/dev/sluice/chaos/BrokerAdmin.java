package dev.sluice.chaos;

import dev.sluice.deploy.broker.BrokerSettings.Node;
import dev.sluice.platform.kafka.KafkaSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.ElectionType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The brokers as an operator sees them. */
final class BrokerAdmin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerAdmin.class);

  private static final int CALL_MS = 5_000;
  private static final int CONNECT_MS = 500;

  private final Admin admin;
  private final List<Node> nodes;

  BrokerAdmin(KafkaSettings kafka, List<Node> nodes) {
    this.admin = Admin.create(kafka.admin());
    this.nodes = List.copyOf(nodes);
  }

  /** Node ids. */
  List<Integer> nodes() {
    return nodes.stream().map(Node::id).toList();
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

  /**
   * What a broker knows of another may be older than that one's death: up to a session, and where
   * the controller died, an election as well. So each is asked itself; it listens when it has
   * registered anew and knows the cluster's state, in which its copies are then out of sync.
   */
  private boolean allUp() throws ExecutionException, TimeoutException, InterruptedException {
    return nodes.stream().allMatch(node -> listens(node.port()))
        && admin
                .describeCluster(new DescribeClusterOptions().timeoutMs(CALL_MS))
                .nodes()
                .get(2L * CALL_MS, TimeUnit.MILLISECONDS)
                .size()
            == nodes.size();
  }

  private static boolean listens(int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean copiesInSync() throws ExecutionException, TimeoutException, InterruptedException {
    if (!allUp()) {
      return false;
    }
    var names = admin.listTopics().names().get(CALL_MS, TimeUnit.MILLISECONDS);
    var topics = admin.describeTopics(names).allTopicNames().get(CALL_MS, TimeUnit.MILLISECONDS);
    return topics.values().stream()
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
