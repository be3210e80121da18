package dev.sluice.deploy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EmbeddedBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String TOPIC = "tasks";
  private static final String GROUP = "workers";

  @Test
  void recordsAndAcknowledgementsOutliveTheBroker(@TempDir Path dir) throws Exception {
    int port;
    try (var broker = EmbeddedBroker.start(dir)) {
      port = broker.port();
      createTopicAndGroup(broker);
      commit(broker, "a", "b", "c");
      assertThat(consumed(broker, 3)).containsExactly("a", "b", "c");
      assertThat(acknowledged(broker, 3)).containsExactly("a", "b", "c");
    }
    try (var broker = EmbeddedBroker.start(dir, port)) {
      assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
      commit(broker, "d");
      assertThat(consumed(broker, 4)).containsExactly("a", "b", "c", "d");
      assertThat(acknowledged(broker, 1)).as("only what is new").containsExactly("d");
    }
  }

  /** Kafka takes a list of directories, cut at commas, from one setting. */
  @ParameterizedTest
  @ValueSource(
      strings = {"a, b,c", " blanks ", "100%41 \\n $HOME ${env:HOME} #1 'q' \"d\" é漢", ","})
  void itsDirectoryMayHaveAnyName(String name, @TempDir Path dir) throws Exception {
    var named = dir.resolve(name);
    int port;
    try (var broker = EmbeddedBroker.start(named)) {
      port = broker.port();
      createTopicAndGroup(broker);
      commit(broker, "a");
    }
    try (var broker = EmbeddedBroker.start(named, port)) {
      assertThat(consumed(broker, 1)).containsExactly("a");
    }
    assertThat(named.resolve("meta.properties")).exists();
    try (var files = Files.list(dir)) {
      assertThat(files).as("nothing beside it").containsExactly(named);
    }
  }

  @Test
  void acceptsTheLargestRecordItPromises(@TempDir Path dir) throws Exception {
    try (var broker = EmbeddedBroker.start(dir)) {
      createTopicAndGroup(broker);
      String large = "x".repeat(8 * 1024 * 1024 - 1024);
      commit(broker, large);
      assertThat(consumed(broker, 1)).containsExactly(large);
    }
  }

  @Test
  void aTakenPortIsAnErrorThatNamesIt(@TempDir Path dir) throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedBroker.start(dir, taken.getLocalPort()))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("choose another port");
    }
  }

  @Test
  void aDirectoryInUseIsAnErrorThatNamesIt(@TempDir Path dir) {
    try (var first = EmbeddedBroker.start(dir)) {
      assertThatThrownBy(() -> EmbeddedBroker.start(dir))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining(dir.toString())
          .hasMessageContaining("another broker");
      assertThat(first.port()).isPositive();
    }
  }

  @Test
  void aPlaceThatIsNoDirectoryIsAnError(@TempDir Path dir) throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    assertThatThrownBy(() -> EmbeddedBroker.start(file))
        .isInstanceOf(BrokerStartException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void theDirectoryOfAnotherNodeIsAnErrorAndStaysFree(@TempDir Path dir) throws Exception {
    Path marker = dir.resolve("meta.properties");
    Files.writeString(marker, "version=1\nnode.id=7\ncluster.id=of-somebody-else\n");
    assertThatThrownBy(() -> EmbeddedBroker.start(dir))
        .isInstanceOf(BrokerStartException.class)
        .hasMessageContaining(dir.toString());
    Files.delete(marker);
    EmbeddedBroker.start(dir).close();
  }

  private static void createTopicAndGroup(EmbeddedBroker broker)
      throws ExecutionException, InterruptedException {
    try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
      var group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
      admin
          .incrementalAlterConfigs(
              Map.of(
                  group,
                  List.of(
                      set("share.auto.offset.reset", "earliest"),
                      set("share.isolation.level", "read_committed"))))
          .all()
          .get();
    }
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private static void commit(EmbeddedBroker broker, String... values) {
    var settings = settings(broker);
    settings.put("transactional.id", "test");
    settings.put("max.request.size", 8 * 1024 * 1024);
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (String value : values) {
        // The commit below fails if this does.
        var _ = producer.send(new ProducerRecord<>(TOPIC, "key", value));
      }
      producer.commitTransaction();
    }
  }

  private static List<String> consumed(EmbeddedBroker broker, int count) {
    var partition = new TopicPartition(TOPIC, 0);
    var values = new ArrayList<String>();
    var settings = settings(broker);
    settings.put("isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  private static List<String> acknowledged(EmbeddedBroker broker, int count) {
    var values = new ArrayList<String>();
    var settings = settings(broker);
    settings.put("group.id", GROUP);
    settings.put("share.acknowledgement.mode", "explicit");
    try (var consumer =
        new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
          consumer.acknowledge(record, AcknowledgeType.ACCEPT);
        }
        assertThat(consumer.commitSync(PATIENCE).values()).allMatch(error -> error.isEmpty());
      }
    }
    return values;
  }

  private static Map<String, Object> settings(EmbeddedBroker broker) {
    return new TreeMap<>(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }
}
