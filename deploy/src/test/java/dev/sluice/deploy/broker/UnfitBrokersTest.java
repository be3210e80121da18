package dev.sluice.deploy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.coordinator.shell.CoordinatorService;
import dev.sluice.deploy.Sluice;
import dev.sluice.producer.ProducerConfig;
import dev.sluice.producer.ProducerService;
import dev.sluice.schemas.cluster.ClusterCheck;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topics;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real brokers that can't serve Sluice, and what each process says of them at its start. */
final class UnfitBrokersTest {

  private static final int UNREACHABLE = 4;

  @TempDir private Path dir;

  @Test
  void everyProcessRefusesBrokersOnWhichKafkasOwnTopicsCantBeMade() {
    var asWithoutAnySetting =
        Map.of(
            "offsets.topic.replication.factor", "3",
            "transaction.state.log.replication.factor", "3",
            "transaction.state.log.min.isr", "2",
            "share.coordinator.state.topic.replication.factor", "3",
            "share.coordinator.state.topic.min.isr", "2",
            "group.share.min.record.lock.duration.ms", "15000",
            "group.share.record.lock.duration.ms", "30000");
    try (var broker = start(asWithoutAnySetting)) {
      everyProcessSays(
          broker.bootstrapServers(),
          "offsets.topic.replication.factor",
          "transaction.state.log.replication.factor",
          "share.coordinator.state.topic.replication.factor",
          "group.share.min.record.lock.duration.ms=15000");
    }
  }

  @Test
  void anAdvertisedHostThatNobodyCanResolveIsNamed() {
    var elsewhere = "PLAINTEXT://kafka-0.kafka.svc.invalid:9092";
    try (var broker = start(Map.of("advertised.listeners", elsewhere))) {
      everyProcessSays(
          broker.bootstrapServers(),
          "kafka-0.kafka.svc.invalid:9092",
          "there is no host kafka-0.kafka.svc.invalid",
          "advertised.listeners");
    }
  }

  @Test
  void shareGroupsThatAreSwitchedOffAreRefusedAndThoseOfAFreshBrokerServe() throws Exception {
    try (var broker = start(Map.of())) {
      var kafka = KafkaSettings.of(broker.bootstrapServers());
      assertThatCode(() -> ClusterCheck.require(kafka, -1, Duration.ZERO))
          .doesNotThrowAnyException();
      try (var admin = Admin.create(kafka.admin())) {
        var off = new FeatureUpdate((short) 0, FeatureUpdate.UpgradeType.UNSAFE_DOWNGRADE);
        admin.updateFeatures(Map.of("share.version", off), new UpdateFeaturesOptions()).all().get();
      }
      everyProcessSays(
          broker.bootstrapServers(), "share.version is 0", "upgrade --feature share.version=1");
    }
  }

  private EmbeddedBroker start(Map<String, String> otherwise) {
    return EmbeddedBroker.start(dir, 0, failure -> {}, otherwise);
  }

  private static void everyProcessSays(String bootstrapServers, String... words) {
    var at = Map.of("bootstrap-servers", bootstrapServers);
    says(() -> CoordinatorService.start(Settings.read(CoordinatorConfig.class, at)), words);
    says(
        () ->
            ProducerService.start(
                ProducerConfig.of(Map.of("bootstrap-servers", bootstrapServers, "port", "0"))),
        words);
    says(
        () ->
            Worker.start(
                WorkerConfig.of(Map.of("bootstrap-servers", bootstrapServers, "lane", "cpu"))),
        words);
    assertThat(
            Sluice.commandLine().execute("audit", "m@1", "--bootstrap-servers", bootstrapServers))
        .isEqualTo(UNREACHABLE);
  }

  private static void says(ThrowingCallable start, String... words) {
    assertThatThrownBy(start)
        .isInstanceOf(Topics.TopicsUnavailable.class)
        .hasMessageContainingAll(words);
  }
}
