package dev.sluice.deploy.e2e;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.WireSchemas;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.Submitted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

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
  RecordMetadata write(String key, byte @Nullable [] value) throws Exception {
    return write(new ProducerRecord<>(Topic.JOBS.topicName(), key, value));
  }

  /** Writes a job where its id does not belong, as a client with another partitioner does. */
  void submitMisplaced(String jobId, JobSpec spec) throws Exception {
    int owner = Topic.partition(jobId, Topic.JOBS.partitions());
    int other = (owner + 1) % Topic.JOBS.partitions();
    var value = codec.encode(new JobRecord("test", new Submitted(jobId, "", spec)));
    write(new ProducerRecord<>(Topic.JOBS.topicName(), other, jobId, value));
  }

  /**
   * A record as a later release writes it.
   *
   * @param schema its schema, which nobody has published yet
   * @param value a submission in it
   */
  record Later(Schema schema, ByteBuffer value) {}

  /** A submission with a field, an empty text, that this release does not know. */
  Later laterSubmission(String jobId, JobSpec spec) throws Exception {
    var today =
        WireSchemas.byFingerprint().values().stream()
            .filter(schema -> schema.getFullName().equals(JobRecord.class.getName()))
            .findFirst()
            .orElseThrow();
    var json = (ObjectNode) ApiJson.MAPPER.readTree(today.toString());
    json.withArray("fields").addObject().put("name", "later").put("type", "string");
    var schema = new Schema.Parser().parse(json.toString());
    var known = codec.encode(new JobRecord("test", new Submitted(jobId, "", spec)));
    int header = Short.BYTES + Long.BYTES;
    var value =
        ByteBuffer.allocate(known.length + 1)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(known, 0, Short.BYTES)
            .putLong(SchemaNormalization.parsingFingerprint64(schema))
            .put(known, header, known.length - header)
            .put((byte) 0);
    return new Later(schema, value);
  }

  void publish(Schema schema) throws Exception {
    var key = Long.toHexString(SchemaNormalization.parsingFingerprint64(schema));
    write(
        new ProducerRecord<>(
            Topic.SCHEMAS.topicName(), key, schema.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** A job id that another partition owns. */
  static String idInAnotherPartition(String jobId) {
    int taken = Topic.partition(jobId, Topic.JOBS.partitions());
    return IntStream.range(0, 100)
        .mapToObj(i -> "elsewhere-" + i)
        .filter(id -> Topic.partition(id, Topic.JOBS.partitions()) != taken)
        .findFirst()
        .orElseThrow();
  }

  RecordMetadata tell(String jobId, JobEvent event) throws Exception {
    return write(jobId, codec.encode(new JobRecord("test", event)));
  }

  RecordMetadata write(ProducerRecord<String, byte @Nullable []> record) throws Exception {
    try (var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      return producer.send(record).get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
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
