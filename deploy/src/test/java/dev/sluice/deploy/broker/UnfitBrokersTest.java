package dev.sluice.deploy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.coordinator.shell.CoordinatorService;
import dev.sluice.deploy.Sluice;
import dev.sluice.platform.cluster.ClusterCheck;
import dev.sluice.platform.cluster.Rights;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.ProducerConfig;
import dev.sluice.producer.ProducerService;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
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
      assertThatCode(() -> ClusterCheck.require(kafka, -1, Rights.READER, Duration.ZERO))
          .doesNotThrowAnyException();
      try (var admin = Admin.create(kafka.admin())) {
        var off = new FeatureUpdate((short) 0, FeatureUpdate.UpgradeType.UNSAFE_DOWNGRADE);
        admin.updateFeatures(Map.of("share.version", off), new UpdateFeaturesOptions()).all().get();
      }
      everyProcessSays(
          broker.bootstrapServers(), "share.version is 0", "upgrade --feature share.version=1");
    }
  }

  /** Without authentication everybody is ANONYMOUS, the broker itself as well. */
  @Test
  void whatIsDeniedIsSaidBeforeItIsMissed() throws Exception {
    var checking =
        Map.of(
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found",
            "true");
    try (var broker = start(checking);
        var admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      var at = Map.of("bootstrap-servers", broker.bootstrapServers());
      admin
          .createAcls(
              List.of(
                  denied(ResourceType.GROUP, "sluice-ledger"),
                  denied(ResourceType.TRANSACTIONAL_ID, "sluice-fold-0"),
                  denied(ResourceType.GROUP, "sluice.lane.cpu")))
          .all()
          .get();
      says(
          () -> CoordinatorService.start(Settings.read(CoordinatorConfig.class, at)),
          "may not do Read on --group sluice-ledger",
          "--operation Write --transactional-id sluice-fold-0");
      says(
          () ->
              Worker.start(
                  WorkerConfig.of(
                      Map.of("bootstrap-servers", broker.bootstrapServers(), "lane", "cpu"))),
          "kafka-acls.sh --add",
          "--operation Read --group sluice.lane.cpu");

      var topic = new NewTopic("sluice.jobs", 4, (short) 1);
      admin.createTopics(List.of(topic)).all().get();
      var readsOnly =
          new AclBinding(
              new ResourcePattern(ResourceType.TOPIC, "sluice.jobs", PatternType.LITERAL),
              new AccessControlEntry(
                  "User:ANONYMOUS", "*", AclOperation.READ, AclPermissionType.ALLOW));
      admin.createAcls(List.of(readsOnly)).all().get();
      says(
          () ->
              ProducerService.start(
                  ProducerConfig.of(
                      Map.of("bootstrap-servers", broker.bootstrapServers(), "port", "0"))),
          "may not do Write on --topic sluice.");
    }
  }

  private static AclBinding denied(ResourceType type, String name) {
    return new AclBinding(
        new ResourcePattern(type, name, PatternType.LITERAL),
        new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.ALL, AclPermissionType.DENY));
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
