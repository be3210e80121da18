package dev.sluice.deploy.broker;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The configuration of brokers on this machine: what {@code broker.properties} says for every
 * broker, and what comes of being small and on the loopback interface.
 */
public final class BrokerSettings {
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  static final int NODE_ID = 1;

  private static final String EVERY_BROKER = "broker.properties";
  private static final int INTERNAL_TOPIC_PARTITIONS = 4;
  private static final int COPIES_MAX = 3;

  /** What makes others take over soon. */
  private static final List<String> TAKEOVER =
      List.of(
          "broker.session.timeout.ms",
          "broker.heartbeat.interval.ms",
          "controller.quorum.election.timeout.ms",
          "controller.quorum.fetch.timeout.ms",
          "controller.quorum.election.backoff.max.ms");

  private BrokerSettings() {}

  /**
   * A broker and controller in one.
   *
   * @param id node id, from 1
   * @param port for clients
   * @param controllerPort for controllers
   */
  public record Node(int id, int port, int controllerPort) {
    private String voter() {
      return id + "@" + HOST + ":" + controllerPort;
    }
  }

  /**
   * Settings of one broker that is alone.
   *
   * @param dataDir the broker's only log directory
   * @param port for clients
   * @param controllerPort for the controller, which only this broker talks to
   */
  static Properties of(Path dataDir, int port, int controllerPort) {
    var node = new Node(NODE_ID, port, controllerPort);
    var settings = of(dataDir, node, List.of(node));
    // There is nobody to take its partitions over, so it need not be found dead in a moment of
    // load.
    TAKEOVER.forEach(settings::remove);
    // Trimmed gradients should leave a laptop's disk in seconds, not after five minutes.
    settings.setProperty("log.retention.check.interval.ms", "10000");
    settings.setProperty("log.segment.delete.delay.ms", "1000");
    return settings;
  }

  /**
   * Settings of one broker of several.
   *
   * @param dataDir the broker's only log directory
   * @param node the broker
   * @param all all of them
   */
  public static Properties of(Path dataDir, Node node, List<Node> all) {
    var settings = everyBroker();
    place(settings, dataDir, node, all);
    copies(settings, Math.min(all.size(), COPIES_MAX));
    small(settings);
    return settings;
  }

  private static Properties everyBroker() {
    var settings = new Properties();
    try (Reader text =
        new InputStreamReader(
            Objects.requireNonNull(BrokerSettings.class.getResourceAsStream(EVERY_BROKER)),
            StandardCharsets.UTF_8)) {
      settings.load(text);
    } catch (IOException e) {
      throw new UncheckedIOException(EVERY_BROKER + " can't be read", e);
    }
    return settings;
  }

  private static void place(Properties settings, Path dataDir, Node node, List<Node> all) {
    settings.setProperty("process.roles", "broker,controller");
    settings.setProperty("node.id", Integer.toString(node.id));
    // A static quorum: unlike a dynamic one it does not store its ports, so the next start may take
    // others.
    settings.setProperty(
        "controller.quorum.voters", all.stream().map(Node::voter).collect(Collectors.joining(",")));
    settings.setProperty("controller.listener.names", CONTROLLER_LISTENER);
    settings.setProperty(
        "listeners",
        String.format(
            Locale.ROOT,
            "PLAINTEXT://%s:%d,%s://%s:%d",
            HOST,
            node.port,
            CONTROLLER_LISTENER,
            HOST,
            node.controllerPort));
    settings.setProperty(
        "advertised.listeners", String.format(Locale.ROOT, "PLAINTEXT://%s:%d", HOST, node.port));
    settings.setProperty("log.dirs", dataDir.toString());
  }

  /** What was acknowledged survives one broker less than there are copies. */
  private static void copies(Properties settings, int copies) {
    var all = Integer.toString(copies);
    var inSync = Integer.toString(Math.max(1, copies - 1));
    settings.setProperty("default.replication.factor", all);
    settings.setProperty("min.insync.replicas", inSync);
    settings.setProperty("offsets.topic.replication.factor", all);
    settings.setProperty("transaction.state.log.replication.factor", all);
    settings.setProperty("transaction.state.log.min.isr", inSync);
    settings.setProperty("share.coordinator.state.topic.replication.factor", all);
    settings.setProperty("share.coordinator.state.topic.min.isr", inSync);
  }

  private static void small(Properties settings) {
    String partitions = Integer.toString(INTERNAL_TOPIC_PARTITIONS);
    settings.setProperty("offsets.topic.num.partitions", partitions);
    settings.setProperty("transaction.state.log.num.partitions", partitions);
    settings.setProperty("share.coordinator.state.topic.num.partitions", partitions);
    settings.setProperty("num.network.threads", "2");
    settings.setProperty("num.io.threads", "4");
    settings.setProperty("background.threads", "4");
    settings.setProperty("group.coordinator.threads", "1");
    // Nobody reads its figures by the JVM's management, where registering them takes time.
    settings.setProperty("metric.reporters", "");
    // The default of 128 MiB is a third of such a broker's memory.
    settings.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024));
  }
}
