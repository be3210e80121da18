package dev.sluice.benchmark.bare;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/** Topics of a measurement's own, which go when it ends. */
final class BareTopics implements AutoCloseable {
  private static final int ANSWER_S_MAX = 30;
  private static final short BROKERS_DEFAULT = -1;

  private final Admin admin;
  private final List<String> names;

  private BareTopics(Admin admin, List<String> names) {
    this.admin = admin;
    this.names = names;
  }

  /** Makes them, with so many partitions each. */
  static BareTopics of(KafkaSettings kafka, int partitions, String... names)
      throws InterruptedException {
    var admin = Admin.create(kafka.admin());
    var size = Map.of("max.message.bytes", String.valueOf(Codec.RECORD_BYTES_MAX));
    var topics =
        Arrays.stream(names)
            .map(name -> new NewTopic(name, partitions, BROKERS_DEFAULT).configs(size))
            .toList();
    try {
      admin.createTopics(topics).all().get(ANSWER_S_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      admin.close();
      throw new IllegalStateException("topics can't be made", e);
    }
    return new BareTopics(admin, List.of(names));
  }

  /** For what else is to be said to the broker. */
  Admin admin() {
    return admin;
  }

  /** Partitions of a topic. */
  static List<TopicPartition> partitions(String topic, int partitions) {
    return IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
  }

  @Override
  public void close() {
    try {
      admin.deleteTopics(names).all().get(ANSWER_S_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The cluster goes with its data directory soon.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      admin.close();
    }
  }
}
