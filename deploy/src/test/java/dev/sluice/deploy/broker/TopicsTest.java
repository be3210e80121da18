package dev.sluice.deploy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.topics.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
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
      var topics = new Topics(admin, (short) 1);
      assertThat(topics.ensure()).containsKey(Topic.GRADIENTS);

      set(admin, "retention.bytes", "1000000");
      assertThatThrownBy(topics::ensure)
          .isInstanceOf(Topics.TopicsUnavailable.class)
          .hasMessageContaining("sluice.gradients has retention.bytes=1000000")
          .hasMessageContaining("Set it to -1");

      set(admin, "retention.bytes", "-1");
      assertThat(topics.ensure()).containsKey(Topic.GRADIENTS);
    }
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
