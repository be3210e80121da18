package dev.sluice.deploy.broker;

import java.nio.file.Path;
import java.util.List;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * One broker of several that fills its process: where Kafka gives up on its data, the process ends,
 * as it does on a cluster.
 */
public final class ClusterBroker {
  private ClusterBroker() {}

  /**
   * Runs a broker until the process is told to end; it hands its partitions over first.
   *
   * @param dataDir the broker's only log directory; made and formatted if need be
   * @param node the broker
   * @param all all of the cluster
   * @param cluster id of the cluster, base64 as Kafka makes it
   * @throws BrokerStartException where another broker uses the directory, or it cannot be written
   */
  public static void run(
      Path dataDir, BrokerSettings.Node node, List<BrokerSettings.Node> all, String cluster) {
    try (var directory = DataDirectory.open(dataDir, node.id(), cluster)) {
      var settings = BrokerSettings.of(directory.logDir(), node, all);
      var server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
      Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "broker-stop"));
      server.startup();
      server.awaitShutdown();
    }
  }
}
