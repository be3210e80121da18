package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.coordinator.shell.CoordinatorService;
import dev.sluice.deploy.broker.EmbeddedBroker;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Brokers that have lost track of a transaction, as one does now and then that is killed. Here its
 * transaction coordinator gets back what it had stored before the transaction began.
 */
final class HangingTransactionIT {

  private static final Duration ENDED_MAX = Duration.ofMinutes(1);
  private static final int ASK_SECONDS_MAX = 20;
  private static final TopicPartition STATES = new TopicPartition(Topic.JOB_STATES.topicName(), 0);

  @Test
  void aTransactionThatNobodyCanEndIsAbortedSoThatItsPartitionIsReadOn(@TempDir Path dir)
      throws Exception {
    try (var broker = EmbeddedBroker.start(dir)) {
      coordinator(broker).close(); // which has made the topics
      try (var producer = producer(broker)) {
        write(producer);
        producer.commitTransaction();
      }
    }
    var known = transactions(dir);
    long open;
    try (var broker = EmbeddedBroker.start(dir)) {
      var producer = producer(broker);
      open = write(producer);
      producer.close(Duration.ZERO); // given time, it would abort
    }
    for (var file : known.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
    try (var broker = EmbeddedBroker.start(dir);
        var admin = admin(broker)) {
      assertThat(end(admin, IsolationLevel.READ_COMMITTED)).isEqualTo(open);
      assertThat(end(admin, IsolationLevel.READ_UNCOMMITTED)).isGreaterThan(open);
      try (var _ = coordinator(broker)) {
        Eventually.holds(
            "what stands behind it can be read",
            ENDED_MAX,
            () -> end(admin, IsolationLevel.READ_COMMITTED) > open + 1);
      }
    }
  }

  private static CoordinatorService coordinator(EmbeddedBroker broker) {
    return CoordinatorService.start(
        Settings.read(
            CoordinatorConfig.class, Map.of("bootstrap-servers", broker.bootstrapServers())));
  }

  private static Admin admin(EmbeddedBroker broker) {
    return Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin());
  }

  private static long end(Admin admin, IsolationLevel isolation) throws Exception {
    return admin
        .listOffsets(Map.of(STATES, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
        .partitionResult(STATES)
        .get(ASK_SECONDS_MAX, TimeUnit.SECONDS)
        .offset();
  }

  private static KafkaProducer<String, byte[]> producer(EmbeddedBroker broker) {
    var settings =
        KafkaSettings.of(broker.bootstrapServers())
            .transactionalProducer("left-open", (int) ENDED_MAX.toMillis());
    var producer = new KafkaProducer<String, byte[]>(settings);
    producer.initTransactions();
    return producer;
  }

  /** Writes a record in a transaction; returns where it stands. */
  private static long write(KafkaProducer<String, byte[]> producer) throws Exception {
    producer.beginTransaction();
    return producer
        .send(new ProducerRecord<>(STATES.topic(), STATES.partition(), "another", null))
        .get(ASK_SECONDS_MAX, TimeUnit.SECONDS)
        .offset();
  }

  /** What the transaction coordinator has stored. */
  private static Map<Path, byte[]> transactions(Path dir) throws IOException {
    var files = new HashMap<Path, byte[]>();
    try (var all = Files.walk(dir)) {
      for (var file : all.filter(HangingTransactionIT::isOfTransactions).toList()) {
        files.put(file, Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static boolean isOfTransactions(Path path) {
    return path.toString().contains("__transaction_state-") && Files.isRegularFile(path);
  }
}
