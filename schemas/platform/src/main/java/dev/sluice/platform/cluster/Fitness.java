package dev.sluice.platform.cluster;

import dev.sluice.platform.cluster.ClusterFacts.Denied;
import dev.sluice.platform.cluster.ClusterFacts.TopicFacts;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What brokers must be like to serve Sluice: one method for each demand. */
final class Fitness {

  /** The first {@code metadata.version} of Kafka 4.4. */
  private static final int KAFKA_4_4 = 31;

  /** The first {@code metadata.version} of each release that clients of 4.4 can talk to. */
  private static final Map<Integer, String> RELEASES =
      new TreeMap<>(
          Map.of(1, "before 4.0", 22, "4.0", 26, "4.1", 28, "4.2", 30, "4.3", KAFKA_4_4, "4.4"));

  private static final String COPIES_DEFAULT = "default.replication.factor";
  private static final String IN_SYNC = "min.insync.replicas";
  private static final String BROKER_SETTINGS =
      "Sluice's broker.properties has what each broker needs.";

  /** Enough for the starts of a task that kills its workers; see starts-max. */
  private static final int DELIVERIES_MIN = 5;

  /** A worker's members at least: one for each priority, and one for jobs with their own rows. */
  private static final int SHARE_MEMBERS_MIN = 4;

  private static final int SESSION_MS_MIN = 1_200;

  /** One of Kafka's own topics, which it makes when it needs them. */
  private enum Internal {
    OFFSETS(
        "__consumer_offsets",
        "offsets.topic.replication.factor",
        IN_SYNC,
        "coordinators can't share partitions"),
    TRANSACTIONS(
        "__transaction_state",
        "transaction.state.log.replication.factor",
        "transaction.state.log.min.isr",
        "the ledger can't decide"),
    SHARE_STATE(
        "__share_group_state",
        "share.coordinator.state.topic.replication.factor",
        "share.coordinator.state.topic.min.isr",
        "workers get no tasks");

    private final String topic;
    private final String factor;
    private final String inSync;
    private final String without;

    Internal(String topic, String factor, String inSync, String without) {
      this.topic = topic;
      this.factor = factor;
      this.inSync = inSync;
      this.without = without;
    }
  }

  private final ClusterFacts facts;
  private final List<Finding> findings = new ArrayList<>();

  private Fitness(ClusterFacts facts) {
    this.facts = facts;
  }

  /** Topics of Kafka's own that Sluice needs. */
  static List<String> internalTopics() {
    return Arrays.stream(Internal.values()).map(internal -> internal.topic).toList();
  }

  /**
   * Everything that keeps the brokers from serving Sluice; empty where nothing does.
   *
   * @param replication copies of topics that are yet to be made, -1 for the brokers' default
   */
  static List<Finding> findings(ClusterFacts facts, int replication) {
    var fitness = new Fitness(facts);
    fitness.release();
    if (!fitness.findings.isEmpty()) {
      // What an older release lacks follows from that.
      return fitness.findings;
    }
    fitness.findings.addAll(denied(facts.denied()));
    fitness.shareGroups();
    for (var internal : Internal.values()) {
      fitness.internalTopic(internal);
    }
    fitness.ownTopics(replication);
    fitness.limits();
    return List.copyOf(fitness.findings);
  }

  private void release() {
    facts
        .metadataVersions()
        .forEach(
            (node, level) -> {
              if (level < KAFKA_4_4) {
                add(
                    "broker " + node,
                    "Broker " + node + " runs Kafka " + name(level) + ".",
                    "Sluice needs Kafka 4.4 or later: its task queues are share groups as they"
                        + " are there.",
                    "Upgrade the brokers to Kafka 4.4.");
              }
            });
  }

  private static String name(int level) {
    return RELEASES.entrySet().stream()
        .filter(release -> release.getKey() <= level)
        .map(Map.Entry::getValue)
        .reduce("of a release that does not say which", (earlier, later) -> later);
  }

  /** What follows from what a process may not do. */
  static List<Finding> denied(List<Denied> all) {
    return all.stream()
        .map(
            denied ->
                Finding.setting(
                    Code.NOT_PERMITTED,
                    denied.resource(),
                    "This process may not do "
                        + denied.operation()
                        + " on "
                        + denied.resource()
                        + ".",
                    "The brokers check permissions, and this is denied.",
                    "Allow it: kafka-acls.sh --add --allow-principal User:NAME --operation %s %s."
                        .formatted(denied.operation(), denied.resource())))
        .toList();
  }

  private void shareGroups() {
    if (facts.shareVersion() < 1) {
      add(
          "share.version",
          "Share groups are not enabled: the feature share.version is 0.",
          "Workers take their tasks through share groups.",
          "Enable them: kafka-features.sh --bootstrap-server HOST:PORT upgrade --feature"
              + " share.version=1. Where that asks for a later metadata.version, first: ... upgrade"
              + " --release-version 4.4.");
    }
  }

  private void internalTopic(Internal internal) {
    var topic = facts.topics().get(internal.topic);
    if (topic != null) {
      writable(internal.topic, topic);
      return;
    }
    value(internal.factor)
        .ifPresent(
            factor -> {
              makable(internal.topic, internal.factor, factor, "; without it " + internal.without);
              value(internal.inSync)
                  .ifPresent(
                      inSync ->
                          consistent(
                              internal.topic, internal.factor, factor, internal.inSync, inSync));
            });
  }

  private void ownTopics(int replication) {
    boolean missing = false;
    for (var topic : Topic.values()) {
      var found = facts.topics().get(topic.topicName());
      if (found == null) {
        missing = true;
      } else {
        writable(topic.topicName(), found);
      }
    }
    if (missing) {
      var setting = replication == -1 ? COPIES_DEFAULT : "replication";
      var copies = replication == -1 ? value(COPIES_DEFAULT) : OptionalLong.of(replication);
      copies.ifPresent(
          factor -> {
            makable("Sluice's topics", setting, factor, "");
            value(IN_SYNC)
                .ifPresent(
                    inSync -> consistent("Sluice's topics", setting, factor, IN_SYNC, inSync));
          });
    }
  }

  /** A topic that is yet to be made must find as many brokers as it wants copies. */
  private void makable(String topic, String setting, long factor, String consequence) {
    if (factor > facts.brokers()) {
      findings.add(
          Finding.joining(
              setting,
              String.format(
                  Locale.ROOT,
                  "%s can't be made: it is to have %d copies (%s), and there %s.",
                  topic,
                  factor,
                  setting,
                  brokers()),
              "A broker holds one copy of a partition" + consequence + ".",
              String.format(
                  Locale.ROOT,
                  "Set %s to at most %d%s, or start more brokers.",
                  setting,
                  facts.brokers(),
                  setting.equals("replication") ? "" : " in each broker's server.properties")));
    }
  }

  private String brokers() {
    return facts.brokers() == 1 ? "is 1 broker" : "are " + facts.brokers() + " brokers";
  }

  private void consistent(
      String topic, String factorSetting, long factor, String inSyncSetting, long inSync) {
    if (inSync > factor) {
      add(
          inSyncSetting,
          String.format(
              Locale.ROOT,
              "%s could not be written to: %s is %d, and it is to have %d copies (%s).",
              topic,
              inSyncSetting,
              inSync,
              factor,
              factorSetting),
          "A write waits for as many copies as that.",
          String.format(
              Locale.ROOT,
              "Set %s to at most %d in each broker's server.properties.",
              inSyncSetting,
              factor));
    }
  }

  private void writable(String name, TopicFacts topic) {
    var inSync = number(topic.settings().get(IN_SYNC));
    if (inSync.isPresent() && inSync.getAsLong() > topic.replicas()) {
      add(
          name,
          String.format(
              Locale.ROOT,
              "%s can't be written to: its %s is %d, and it has %d %s.",
              name,
              IN_SYNC,
              inSync.getAsLong(),
              topic.replicas(),
              topic.replicas() == 1 ? "copy" : "copies"),
          "A write waits for as many copies as that.",
          "Give it more copies with kafka-reassign-partitions.sh, or lower it: kafka-configs.sh"
              + " --alter --topic "
              + name
              + " --add-config "
              + IN_SYNC
              + "="
              + topic.replicas()
              + ".");
    }
  }

  private void limits() {
    LaneGroup.SETTINGS.forEach(
        (name, value) ->
            number(value).ifPresent(wanted -> range(name.replaceFirst("^share\\.", ""), wanted)));
    atLeast(
        "transaction.max.timeout.ms",
        KafkaSettings.CHECKPOINT_TRANSACTION_MS_MAX,
        "Checkpoints are transactions of that length at most.");
    atLeast(
        "socket.request.max.bytes",
        2L * Codec.RECORD_BYTES_MAX,
        "A record may have half of that, and shares its request with others.");
    atLeast(
        "group.share.delivery.count.limit",
        DELIVERIES_MIN,
        "Brokers would drop a task before its workers have died of it as often as allowed.");
    atLeast("group.share.max.size", SHARE_MEMBERS_MIN, "Each worker has four members.");
    atLeast(
        "group.max.session.timeout.ms", SESSION_MS_MIN, "Coordinators have sessions of that time.");
  }

  /** What a lane's share group is set to must be within the brokers' bounds. */
  private void range(String name, long wanted) {
    var why = "Each lane's share group is set to share." + name + "=" + wanted + ".";
    atMost("group.share.min." + name, wanted, why);
    atLeast("group.share.max." + name, wanted, why);
  }

  private void atLeast(String setting, long wanted, String why) {
    bound(setting, wanted, true, why);
  }

  private void atMost(String setting, long wanted, String why) {
    bound(setting, wanted, false, why);
  }

  private void bound(String setting, long wanted, boolean least, String why) {
    for (var broker : new TreeMap<>(facts.settings()).entrySet()) {
      var is = number(broker.getValue().get(setting));
      if (is.isPresent() && (least ? is.getAsLong() < wanted : is.getAsLong() > wanted)) {
        add(
            setting,
            String.format(
                Locale.ROOT, "Broker %d has %s=%d.", broker.getKey(), setting, is.getAsLong()),
            why,
            String.format(
                Locale.ROOT,
                "Set %s to %s %d in each broker's server.properties. %s",
                setting,
                least ? "at least" : "at most",
                wanted,
                BROKER_SETTINGS));
        return;
      }
    }
  }

  /** The largest that a broker has: whichever of them makes a topic may be the one. */
  private OptionalLong value(String setting) {
    return facts.settings().values().stream()
        .map(settings -> number(settings.get(setting)))
        .flatMapToLong(OptionalLong::stream)
        .max();
  }

  private static OptionalLong number(@Nullable String text) {
    try {
      return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private void add(String where, String what, String why, String mend) {
    findings.add(Finding.setting(Code.BROKERS_UNFIT, where, what, why, mend));
  }
}
