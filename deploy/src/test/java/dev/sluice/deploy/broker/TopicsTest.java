package dev.sluice.deploy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.coordinator.shell.CoordinatorService;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.ProducerConfig;
import dev.sluice.producer.ProducerService;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics against a real broker. */
final class TopicsTest {
  private static final long SECONDS_MAX = 30;

  @Test
  void aTopicWhoseBrokersWouldRemoveWhatIsYetToBeReadIsRefused(@TempDir Path dir) throws Exception {
    try (var broker = EmbeddedBroker.start(dir);
        var admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      var ofOperators =
          Stream.of(Topic.GRADIENTS, Topic.PARAMETERS, Topic.CHECKPOINTS, Topic.ANCHORS)
              .map(topic -> new NewTopic(topic.topicName(), 2, (short) 1).configs(topic.settings()))
              .toList();
      admin.createTopics(ofOperators).all().get();
      var topics = topics(broker, admin);
      assertThat(topics.ensure()).containsEntry(Topic.GRADIENTS, 2);

      remove(admin, Topic.GRADIENTS);
      assertThat(topics(broker, admin).ensure()).containsEntry(Topic.GRADIENTS, 2);

      set(admin, "retention.bytes", "1000000");
      assertThatThrownBy(topics::ensure)
          .isInstanceOf(Topics.TopicsUnavailable.class)
          .hasMessageContaining("sluice.gradients has retention.bytes=1000000")
          .hasMessageContaining("Set it to -1");

      set(admin, "retention.bytes", "-1");
      assertThat(topics.ensure()).containsKey(Topic.GRADIENTS);
    }
  }

  @Test
  void topicsThatHaveChangedStopWhoeverRunsAndRefuseWhoeverStarts(@TempDir Path dir)
      throws Exception {
    try (var broker = EmbeddedBroker.start(dir);
        var admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      var at = Map.of("bootstrap-servers", broker.bootstrapServers(), "port", "0");
      try (var producer = ProducerService.start(ProducerConfig.of(at));
          var coordinator = CoordinatorService.start(coordinator(broker));
          var client = new SluiceClient(producer.uri())) {
        client.declareLane("cpu", "host-cpu", 0, 1);

        admin.createPartitions(grown(Map.of(Topic.FLEET, 2))).all().get();

        coordinator.awaitFailure();
        assertThat(coordinator.unfit())
            .get()
            .asString()
            .contains("sluice.fleet has 2 partitions, and was made with 1.");
        awaitRefusal(client);
      }
      var before = adminThreads();
      assertThatThrownBy(() -> CoordinatorService.start(coordinator(broker)))
          .hasMessageContaining("sluice.fleet has 2 partitions, and was made with 1.");
      assertThat(adminThreads()).as("what it had opened is closed").isEqualTo(before);

      remove(admin, Topic.FLEET);
      assertThat(topics(broker, admin).ensure()).containsEntry(Topic.FLEET, 1);

      var keyed =
          Map.of(Topic.JOBS, 8, Topic.JOB_STATES, 8, Topic.GRADIENTS, 8, Topic.PARAMETERS, 8);
      admin.createPartitions(grown(keyed)).all().get();
      remove(admin, Topic.MODELS);
      admin.createTopics(List.of(new NewTopic("sluice.models", 1, (short) 1))).all().get();
      remove(admin, Topic.ARTIFACTS);
      assertThatThrownBy(() -> topics(broker, admin).ensure())
          .isInstanceOf(Topics.TopicsUnavailable.class)
          .hasMessageContaining("sluice.jobs has 8 partitions, and was made with 4.")
          .hasMessageContaining("sluice.job-states has 8 partitions, and was made with 4.")
          .hasMessageContaining("sluice.models is another topic of that name")
          .hasMessageContaining("sluice.artifacts was removed.")
          .hasMessageContaining("kafka-topics.sh --delete --topic 'sluice\\..*'");
    }
  }

  /** As a data directory or a cluster has it in which an earlier release has run. */
  @Test
  void whatAnEarlierReleaseHasWrittenIsRefusedInOneSentenceAndLeftAsItIs(@TempDir Path dir)
      throws Exception {
    try (var broker = EmbeddedBroker.start(dir);
        var admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      var kafka = KafkaSettings.of(broker.bootstrapServers());
      var register = Topic.CLUSTER;
      admin
          .createTopics(
              List.of(
                  new NewTopic(register.topicName(), 1, (short) 1).configs(register.settings())))
          .all()
          .get();
      try (var writer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
        var early = "{\"id\":\"abc\",\"partitions\":4}".getBytes(StandardCharsets.UTF_8);
        writer.send(new ProducerRecord<>(register.topicName(), "sluice.jobs", early)).get();
      }

      assertThatThrownBy(() -> CoordinatorService.start(coordinator(broker)))
          .isInstanceOf(Topics.TopicsUnavailable.class)
          .hasMessageContaining(
              "What is stored here was written by an earlier release of Sluice (format 1), and this"
                  + " one reads format 3 only.");
      assertThat(admin.listTopics().names().get()).containsExactly(register.topicName());
    }
  }

  @Test
  void whatOperatorsHaveSetForALanesShareGroupStays(@TempDir Path dir) throws Exception {
    try (var broker = EmbeddedBroker.start(dir);
        var admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      var group = new ConfigResource(ConfigResource.Type.GROUP, Topic.shareGroup("cpu"));
      set(admin, group, "share.record.lock.duration.ms", "20000");
      var topics = topics(broker, admin);

      topics.ensureLane("cpu");

      set(admin, group, "share.heartbeat.interval.ms", "700"); // once Sluice has set it as well
      topics.ensureLane("cpu");
      assertThat(value(admin, group, "share.record.lock.duration.ms")).isEqualTo("20000");
      assertThat(value(admin, group, "share.heartbeat.interval.ms")).isEqualTo("700");
      assertThat(value(admin, group, "share.isolation.level")).isEqualTo("read_committed");
      assertThat(value(admin, group, "share.auto.offset.reset")).isEqualTo("earliest");

      set(admin, group, "share.auto.offset.reset", "latest");
      assertThatThrownBy(() -> topics.ensureLane("cpu"))
          .isInstanceOf(Topics.TopicsUnavailable.class)
          .hasMessageContaining("Share group sluice.lane.cpu has share.auto.offset.reset=latest.")
          .hasMessageContaining("--alter --group sluice.lane.cpu");
    }
  }

  private static long adminThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kafka-admin-client-thread"))
        .count();
  }

  private static Topics topics(EmbeddedBroker broker, Admin admin) {
    return new Topics(KafkaSettings.of(broker.bootstrapServers()), admin, (short) 1);
  }

  private static CoordinatorConfig coordinator(EmbeddedBroker broker) {
    return Settings.read(
        CoordinatorConfig.class, Map.of("bootstrap-servers", broker.bootstrapServers()));
  }

  private static Map<String, NewPartitions> grown(Map<Topic, Integer> counts) {
    var all = new HashMap<String, NewPartitions>();
    counts.forEach((topic, count) -> all.put(topic.topicName(), NewPartitions.increaseTo(count)));
    return all;
  }

  private static void remove(Admin admin, Topic topic) throws Exception {
    admin.deleteTopics(List.of(topic.topicName())).all().get();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (admin.listTopics().names().get().contains(topic.topicName())) {
      assertThat(System.nanoTime()).as("the topic goes in time").isLessThan(deadline);
    }
  }

  /** A producer looks as often as a coordinator, and at another moment. */
  private static void awaitRefusal(SluiceClient client) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (client.health().ready()) {
      assertThat(System.nanoTime()).as("the producer sees it in time").isLessThan(deadline);
    }
    assertThatThrownBy(() -> client.declareLane("other", "host-cpu", 0, 1))
        .isInstanceOf(SluiceException.Refused.class)
        .hasMessageContaining("Nothing is accepted");
  }

  /** Returns when the broker has heard of the change, which the controller makes. */
  private static void set(Admin admin, String name, String value) throws Exception {
    set(
        admin,
        new ConfigResource(ConfigResource.Type.TOPIC, Topic.GRADIENTS.topicName()),
        name,
        value);
  }

  private static void set(Admin admin, ConfigResource of, String name, String value)
      throws Exception {
    var change = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    admin
        .incrementalAlterConfigs(Map.of(of, List.of(change)))
        .all()
        .get(SECONDS_MAX, TimeUnit.SECONDS);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (!value.equals(value(admin, of, name))) {
      assertThat(System.nanoTime()).as("the change arrives in time").isLessThan(deadline);
    }
  }

  private static String value(Admin admin, ConfigResource of, String name) throws Exception {
    var all = admin.describeConfigs(List.of(of)).all().get(SECONDS_MAX, TimeUnit.SECONDS);
    return Objects.requireNonNull(all.get(of)).get(name).value();
  }
}
