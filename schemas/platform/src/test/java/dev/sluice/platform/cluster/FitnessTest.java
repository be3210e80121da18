package dev.sluice.platform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.cluster.ClusterFacts.Denied;
import dev.sluice.platform.cluster.ClusterFacts.TopicFacts;
import dev.sluice.schemas.topics.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is refused of brokers, and the setting that mends it. */
class FitnessTest {

  private static final int KAFKA_4_4 = 33;

  private final Map<String, String> settings = new HashMap<>();
  private final Map<String, TopicFacts> topics = new HashMap<>();
  private int brokers = 1;
  private int metadataVersion = KAFKA_4_4;
  private int shareVersion = 1;
  private int replication = -1;
  private List<Denied> denied = List.of();

  FitnessTest() {
    for (var factor :
        List.of(
            "default.replication.factor",
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "share.coordinator.state.topic.replication.factor",
            "min.insync.replicas",
            "transaction.state.log.min.isr",
            "share.coordinator.state.topic.min.isr")) {
      settings.put(factor, "1");
    }
    settings.put("group.share.min.record.lock.duration.ms", "1000");
    settings.put("group.share.max.record.lock.duration.ms", "60000");
    settings.put("transaction.max.timeout.ms", "900000");
  }

  @Test
  void nothingIsSaidOfBrokersThatServe() {
    assertThat(findings()).isEmpty();
  }

  @Test
  void shareGroupsThatAreOffAreNamedWithTheFeatureToUpgrade() {
    shareVersion = 0;
    assertThat(only())
        .contains("share.version is 0", "kafka-features.sh", "upgrade --feature share.version=1");
  }

  @Test
  void anOlderReleaseIsNamedAndNothingElseThatFollowsFromIt() {
    metadataVersion = 29;
    shareVersion = 0;
    assertThat(only()).contains("Broker 1 runs Kafka 4.2", "needs Kafka 4.4");
    metadataVersion = 0;
    assertThat(only()).contains("of a release that does not say which");
  }

  @Test
  void topicsOfKafkaThatWantMoreBrokersThanThereAreAreNamedWithTheirSettings() {
    for (var factor :
        List.of(
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "share.coordinator.state.topic.replication.factor")) {
      settings.put(factor, "3");
      assertThat(only())
          .contains("3 copies (" + factor + ")", "there is 1 broker", "Set " + factor);
      settings.put(factor, "1");
    }
  }

  @Test
  void aTopicOfKafkaThatExistsCountsAsItIs() {
    settings.put("share.coordinator.state.topic.replication.factor", "3");
    settings.put("share.coordinator.state.topic.min.isr", "2");
    topics.put("__share_group_state", new TopicFacts(1, Map.of("min.insync.replicas", "1")));
    assertThat(findings()).isEmpty();

    topics.put("__share_group_state", new TopicFacts(1, Map.of("min.insync.replicas", "2")));
    assertThat(only())
        .contains("__share_group_state can't be written to", "is 2, and it has 1 copy")
        .contains("--add-config min.insync.replicas=1");
  }

  @Test
  void moreCopiesInSyncThanThereAreToBeIsRefused() {
    settings.put("transaction.state.log.min.isr", "2");
    assertThat(only()).contains("transaction.state.log.min.isr is 2", "to have 1 copies");
  }

  @Test
  void topicsOfSluiceFindRoom() {
    settings.put("default.replication.factor", "3");
    assertThat(only()).contains("Sluice's topics can't be made", "default.replication.factor");
    brokers = 3;
    assertThat(findings()).isEmpty();

    replication = 5;
    assertThat(only()).contains("5 copies (replication)", "Set replication to at most 3");

    for (var topic : Topic.values()) {
      topics.put(topic.topicName(), new TopicFacts(2, Map.of("min.insync.replicas", "2")));
    }
    assertThat(findings()).isEmpty();
    topics.put("sluice.jobs", new TopicFacts(1, Map.of("min.insync.replicas", "2")));
    assertThat(only()).contains("sluice.jobs can't be written to");
  }

  @Test
  void whatALanesShareGroupIsSetToIsWithinTheBrokersBounds() {
    settings.put("group.share.min.record.lock.duration.ms", "15000");
    assertThat(only())
        .contains("Broker 1 has group.share.min.record.lock.duration.ms=15000")
        .contains("share.record.lock.duration.ms=3000", "to at most 3000", "broker.properties");
    settings.put("group.share.min.record.lock.duration.ms", "1000");
    settings.put("group.share.max.session.timeout.ms", "2000");
    assertThat(only()).contains("group.share.max.session.timeout.ms to at least 3000");
  }

  @Test
  void transactionsMayTakeAsLongAsCheckpointsDo() {
    settings.put("transaction.max.timeout.ms", "5000");
    assertThat(only()).contains("transaction.max.timeout.ms=5000", "at least 60000");
  }

  @Test
  void whatIsDeniedIsNamedWithTheRuleThatAllowsIt() {
    denied = List.of(new Denied("Describe", "--topic sluice.jobs"));
    assertThat(only()).contains("kafka-acls.sh --add", "--operation Describe --topic sluice.jobs");
  }

  @Test
  void onlyWhatMoreBrokersMendIsWorthWaitingFor() {
    settings.put("offsets.topic.replication.factor", "3");
    assertThat(findings().getFirst().mayPass()).isEqualTo(Finding.Patience.WHILE_BROKERS_JOIN);
    settings.put("offsets.topic.replication.factor", "1");
    shareVersion = 0;
    assertThat(findings().getFirst().mayPass()).isEqualTo(Finding.Patience.NONE);
  }

  @Test
  void settingsThatMayNotBeReadRefuseNothing() {
    settings.clear();
    assertThat(findings()).isEmpty();
  }

  private String only() {
    var cause = findings().getFirst().cause();
    assertThat(findings()).hasSize(1);
    return cause.what() + " " + cause.why() + " " + cause.mend();
  }

  private List<Finding> findings() {
    var facts =
        new ClusterFacts(
            brokers, Map.of(1, metadataVersion), shareVersion, Map.of(1, settings), topics, denied);
    return Fitness.findings(facts, replication);
  }
}
