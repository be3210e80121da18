package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.KafkaSchemas;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an earlier commit left in its topics when it was killed in mid-training: a job that trains,
 * one that is held, two that are done. Today's processes take it over.
 *
 * <p>The file holds the last record of every key of the compacted topics, in base 64. It was read
 * from the data of that commit's {@code sluice up} and is never changed.
 */
final class EarlierStateIT {
  private static final String FILE = "earlier-e196b9f.tsv.gz";
  private static final String TRAINING = "482b5ff8f165841e34892d84";
  private static final String HELD = "119cff8a929b072757b3158a";
  private static final String TRAINED = "7deb292686435a73d6d96dc7";
  private static final String ANSWERED = "26925e2671a1738101c0f9ec";

  @Test
  void ledgerAndFoldGoOnFromWhatAnEarlierCommitLeft(@TempDir Path dir) throws Exception {
    try (var cluster = OwnCluster.in(dir)) {
      var kafka = KafkaSettings.of(cluster.bootstrapServers());
      put(kafka);
      try (var schemas = KafkaSchemas.start(kafka)) {
        var jobs = new JobsTopic(cluster.bootstrapServers(), new Codec(schemas));
        padLogs(kafka, jobs);
        expectTakeover(cluster, jobs);
      }
    }
  }

  private static void expectTakeover(OwnCluster cluster, JobsTopic jobs) throws Exception {
    cluster.coordinator("coordinator");
    cluster.awaitRunning();

    cluster.until(TRAINING, "running", job -> job.status().equals("running"));
    cluster.until(HELD, "held", job -> job.status().equals("held"));
    var trained = cluster.succeeded(TRAINED);
    assertThat(Cluster.present(trained.model()).sha256()).startsWith("sha256:");
    assertThat(Cluster.present(cluster.succeeded(ANSWERED).inference()).rows()).isEqualTo(100);
    expectRepublication(jobs);

    cluster.client().cancel(TRAINING);
    cluster.client().cancel(HELD);
    cluster.until(TRAINING, "cancelled", job -> job.status().equals("cancelled"));
    cluster.until(HELD, "cancelled", job -> job.status().equals("cancelled"));
    assertThat(jobs.deadLetters()).isEmpty();
  }

  /** The fold that takes over publishes the parameters that the checkpoint holds, bit by bit. */
  private static void expectRepublication(JobsTopic jobs) throws Exception {
    var checkpoint = jobs.checkpoints();
    var head =
        checkpoint.stream()
            .map(CheckpointRecord::entry)
            .filter(BlockCheckpoint.class::isInstance)
            .map(BlockCheckpoint.class::cast)
            .findFirst()
            .orElseThrow();
    var current =
        checkpoint.stream()
            .map(CheckpointRecord::entry)
            .filter(VectorCheckpoint.class::isInstance)
            .map(VectorCheckpoint.class::cast)
            .filter(vector -> vector.vector().equals("current"))
            .findFirst()
            .orElseThrow();
    assertThat(head.jobId()).isEqualTo(TRAINING);
    Eventually.holds(
        "the parameters of the checkpoint are published",
        Cluster.READY_MAX,
        () ->
            jobs.parameters().stream()
                .anyMatch(
                    block ->
                        block.jobId().equals(TRAINING)
                            && block.generation() == head.generation()
                            && block.crc() == current.crc()
                            && block.payload().equals(current.payload())));
  }

  private static void put(KafkaSettings kafka) throws Exception {
    try (var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      for (var line : lines()) {
        var parts = line.split("\t", 4);
        var value = Base64.getDecoder().decode(parts[3]);
        var _ =
            producer.send(
                new ProducerRecord<>(parts[0], Integer.parseInt(parts[1]), parts[2], value));
      }
    }
  }

  /** The logs that the cursors point into begin where they end. */
  private static void padLogs(KafkaSettings kafka, JobsTopic jobs) {
    try (var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      jobs.ledgerCursors().forEach((partition, next) -> pad(producer, Topic.JOBS, partition, next));
      jobs.cursors().forEach((partition, next) -> pad(producer, Topic.GRADIENTS, partition, next));
    }
  }

  private static void pad(
      KafkaProducer<String, byte[]> producer, Topic topic, int partition, long offsets) {
    for (long offset = 0; offset < offsets; offset++) {
      var _ = producer.send(new ProducerRecord<>(topic.topicName(), partition, "", null));
    }
  }

  /** Topic, partition, key and value of each record. */
  private static List<String> lines() throws Exception {
    try (InputStream in = EarlierStateIT.class.getResourceAsStream(FILE)) {
      var text = new GZIPInputStream(Cluster.present(in)).readAllBytes();
      return new String(text, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
