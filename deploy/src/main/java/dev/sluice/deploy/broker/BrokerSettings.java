package dev.sluice.deploy.broker;

import java.nio.file.Path;
import java.util.Properties;

/**
 * The configuration of the one broker of a standalone cluster: small, quick to start, and quick to
 * notice that a worker is gone. A production cluster needs the share-group and message-size
 * settings from here too; the rest is about being alone on one machine.
 */
final class BrokerSettings {
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  static final int NODE_ID = 1;

  private static final int INTERNAL_TOPIC_PARTITIONS = 4;
  private static final int MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

  private BrokerSettings() {}

  /**
   * @param dataDir the broker's only log directory
   * @param port for clients
   * @param controllerPort for the controller, which only this broker talks to
   */
  static Properties of(Path dataDir, int port, int controllerPort) {
    var settings = new Properties();
    oneNode(settings, dataDir, port, controllerPort);
    small(settings);
    bulkRecords(settings);
    shareGroups(settings);
    consumerGroups(settings);
    transactions(settings);
    return settings;
  }

  private static void oneNode(Properties settings, Path dataDir, int port, int controllerPort) {
    settings.setProperty("process.roles", "broker,controller");
    settings.setProperty("node.id", Integer.toString(NODE_ID));
    // A static quorum of one: unlike a dynamic one it does not store its port, so the next start
    // may
    // take another.
    settings.setProperty("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
    settings.setProperty("controller.listener.names", CONTROLLER_LISTENER);
    settings.setProperty(
        "listeners",
        "PLAINTEXT://%s:%d,%s://%s:%d"
            .formatted(HOST, port, CONTROLLER_LISTENER, HOST, controllerPort));
    settings.setProperty("advertised.listeners", "PLAINTEXT://%s:%d".formatted(HOST, port));
    settings.setProperty("log.dirs", dataDir.toString());
    settings.setProperty("auto.create.topics.enable", "false");
    settings.setProperty("default.replication.factor", "1");
    settings.setProperty("min.insync.replicas", "1");
    settings.setProperty("offsets.topic.replication.factor", "1");
    settings.setProperty("transaction.state.log.replication.factor", "1");
    settings.setProperty("transaction.state.log.min.isr", "1");
    settings.setProperty("share.coordinator.state.topic.replication.factor", "1");
    settings.setProperty("share.coordinator.state.topic.min.isr", "1");
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
    // The default of 128 MiB is a third of this broker's memory.
    settings.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024));
    // Trimmed gradients should leave a laptop's disk in seconds, not after five minutes.
    settings.setProperty("log.retention.check.interval.ms", "10000");
    settings.setProperty("log.segment.delete.delay.ms", "1000");
  }

  private static void bulkRecords(Properties settings) {
    settings.setProperty("message.max.bytes", Integer.toString(MESSAGE_BYTES_MAX));
    settings.setProperty("replica.fetch.max.bytes", Integer.toString(MESSAGE_BYTES_MAX));
    // -1 leaves the buffers to the operating system, which grows them: 1.2 to 2.3 times faster.
    settings.setProperty("socket.send.buffer.bytes", "-1");
    settings.setProperty("socket.receive.buffer.bytes", "-1");
  }

  private static void shareGroups(Properties settings) {
    // A worker that dies alone on a partition is noticed after the session, and a hung one after
    // the lock.
    settings.setProperty("group.share.min.session.timeout.ms", "1000");
    settings.setProperty("group.share.session.timeout.ms", "3000");
    settings.setProperty("group.share.min.heartbeat.interval.ms", "100");
    settings.setProperty("group.share.heartbeat.interval.ms", "500");
    settings.setProperty("group.share.assignment.interval.ms", "0");
    settings.setProperty("group.share.min.record.lock.duration.ms", "1000");
    settings.setProperty("group.share.record.lock.duration.ms", "10000");
    // The ledger owns attempts; the broker's count is only a backstop and must not fire first.
    settings.setProperty("group.share.max.delivery.count.limit", "10");
    settings.setProperty("group.share.delivery.count.limit", "10");
    settings.setProperty("group.share.max.partition.max.record.locks", "10000");
    settings.setProperty("group.share.partition.max.record.locks", "10000");
    settings.setProperty("group.share.max.size", "1000");
    // A dead-letter topic must carry this prefix, or the group's configuration is refused.
    settings.setProperty("errors.deadletterqueue.topic.name.prefix", "sluice.");
  }

  private static void consumerGroups(Properties settings) {
    settings.setProperty("group.initial.rebalance.delay.ms", "0");
    settings.setProperty("group.min.session.timeout.ms", "1000");
    settings.setProperty("group.consumer.min.session.timeout.ms", "1000");
    settings.setProperty("group.consumer.session.timeout.ms", "3000");
    settings.setProperty("group.consumer.min.heartbeat.interval.ms", "100");
    settings.setProperty("group.consumer.heartbeat.interval.ms", "300");
    settings.setProperty("group.consumer.assignment.interval.ms", "0");
  }

  private static void transactions(Properties settings) {
    // A hung owner's transaction pins every read_committed reader: look for expired ones each
    // second.
    settings.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
  }
}
