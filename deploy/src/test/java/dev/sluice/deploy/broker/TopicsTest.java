package dev.sluice.deploy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.coordinator.shell.CoordinatorService;
import dev.sluice.producer.ProducerConfig;
import dev.sluice.producer.ProducerService;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.topics.Topics;
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
      assertThatThrownBy(() -> CoordinatorService.start(coordinator(broker)))
          .hasMessageContaining("sluice.fleet has 2 partitions, and was made with 1.");

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
    var topic = new ConfigResource(ConfigResource.Type.TOPIC, Topic.GRADIENTS.topicName());
    var change = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    admin
        .incrementalAlterConfigs(Map.of(topic, List.of(change)))
        .all()
        .get(SECONDS_MAX, TimeUnit.SECONDS);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (!value.equals(value(admin, topic, name))) {
      assertThat(System.nanoTime()).as("the change arrives in time").isLessThan(deadline);
    }
  }

  private static String value(Admin admin, ConfigResource topic, String name) throws Exception {
    var all = admin.describeConfigs(List.of(topic)).all().get(SECONDS_MAX, TimeUnit.SECONDS);
    return Objects.requireNonNull(all.get(topic)).get(name).value();
  }
}
