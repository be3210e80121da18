package dev.sluice.deploy.e2e;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.Submitted;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** Writes to {@code sluice.jobs} as any client of Kafka may, and reads the dead letters. */
final class JobsTopic {
  private static final Duration WAIT_MAX = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaSettings kafka;
  private final Codec codec = Codec.builtIn();

  JobsTopic(Cluster cluster) {
    kafka = KafkaSettings.of(cluster.bootstrapServers());
  }

  void submit(String jobId, JobSpec spec) throws Exception {
    write(jobId, codec.encode(new JobRecord("test", new Submitted(jobId, "", spec))));
  }

  void declare(Lane lane) throws Exception {
    write(lane.lane(), codec.encode(new JobRecord("test", new LaneDeclared(lane))));
  }

  /** Writes any bytes; returns where they are. */
  RecordMetadata write(String key, byte[] value) throws Exception {
    try (var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      return producer
          .send(new ProducerRecord<>(Topic.JOBS.topicName(), key, value))
          .get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Waits for the dead letter of a record. */
  DeadLetter deadLetterOf(RecordMetadata record) {
    var partition = new TopicPartition(Topic.DEAD_LETTERS.topicName(), 0);
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedReader())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (System.nanoTime() < deadline) {
        for (var found : consumer.poll(POLL)) {
          if (codec.decode(DeadLetter.class, found.value())
                  instanceof Decoded.Message<DeadLetter>(var letter)
              && letter.topic().equals(record.topic())
              && letter.partition() == record.partition()
              && letter.offset() == record.offset()) {
            return letter;
          }
        }
      }
    }
    throw new AssertionError("no dead letter of " + record + " within " + WAIT_MAX);
  }
}
