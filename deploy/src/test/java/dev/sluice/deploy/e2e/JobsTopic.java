package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.WireSchemas;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
  private final Codec codec;

  JobsTopic(Cluster cluster) {
    this(cluster.bootstrapServers());
  }

  JobsTopic(String bootstrapServers) {
    this(bootstrapServers, Codec.builtIn());
  }

  /** Reads what others than this build have written. */
  JobsTopic(String bootstrapServers, Codec codec) {
    this.kafka = KafkaSettings.of(bootstrapServers);
    this.codec = codec;
  }

  /** Every event so far, those of one job in their order. */
  List<JobEvent> events() {
    return read(Topic.JOBS, JobRecord.class).stream().map(JobRecord::event).toList();
  }

  /** Hands on every event, as soon as it is there, until a condition holds. */
  void follow(Consumer<JobEvent> to, Eventually.Condition end) throws Exception {
    var all = partitions(Topic.JOBS);
    long deadline = System.nanoTime() + Cluster.JOB_MAX.toNanos();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.uncommittedReader())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (!end.holds()) {
        assertThat(System.nanoTime()).as("the end comes in time").isLessThan(deadline);
        for (var found : consumer.poll(POLL)) {
          if (found.value() != null
              && codec.decode(JobRecord.class, found.value())
                  instanceof Decoded.Message<JobRecord>(var record)) {
            to.accept(record.event());
          }
        }
      }
    }
  }

  /** Every start of a job's tasks so far, in their order. */
  List<AttemptStarted> starts(String jobId) {
    return events().stream()
        .filter(AttemptStarted.class::isInstance)
        .map(AttemptStarted.class::cast)
        .filter(start -> start.jobId().equals(jobId))
        .toList();
  }

  /** Every dead letter so far. */
  List<DeadLetter> deadLetters() {
    return read(Topic.DEAD_LETTERS, DeadLetter.class);
  }

  /** Where a takeover of the fold goes on, by partition. */
  Map<Integer, Long> cursors() {
    var cursors = new HashMap<Integer, Long>();
    read(
        Topic.CHECKPOINTS,
        CheckpointRecord.class,
        (partition, record) -> {
          if (record.entry() instanceof FoldCursor cursor) {
            cursors.put(partition, cursor.nextOffset());
          }
        });
    return cursors;
  }

  /** Where a takeover of the ledger goes on, by partition. */
  Map<Integer, Long> ledgerCursors() {
    var cursors = new HashMap<Integer, Long>();
    read(
        Topic.JOB_STATES,
        StateRecord.class,
        (partition, record) -> {
          if (record.state() instanceof LedgerCursor(long nextOffset, _)) {
            cursors.put(partition, nextOffset);
          }
        });
    return cursors;
  }

  /** Everything that the fold's checkpoints hold now. */
  List<CheckpointRecord> checkpoints() {
    return read(Topic.CHECKPOINTS, CheckpointRecord.class);
  }

  /** Everything that the gradient log holds now. */
  List<GradientRecord> gradients() {
    return read(Topic.GRADIENTS, GradientRecord.class);
  }

  private <T extends Record> List<T> read(Topic topic, Class<T> type) {
    var all = new ArrayList<T>();
    read(topic, type, (partition, record) -> all.add(record));
    return all;
  }

  /** Jobs that have left the states for the history, by id. */
  Map<String, EndedJob> left() {
    var left = new HashMap<String, EndedJob>();
    read(
        Topic.JOB_STATES,
        StateRecord.class,
        (partition, record) -> {
          if (record.state() instanceof EndedJobs some) {
            some.jobs().forEach(job -> left.put(job.jobId(), job));
          }
        });
    return left;
  }

  /** Keys under which something stands in a compacted topic: the last record is no removal. */
  Set<String> standing(Topic topic) {
    var standing = new HashSet<String>();
    scan(
        partitions(topic),
        record -> {
          if (record.value() == null) {
            standing.remove(record.key());
          } else {
            standing.add(record.key());
          }
        });
    return standing;
  }

  /** Everything that a lane's topics hold now of a job, as it is there. */
  List<ConsumerRecord<String, ByteBuffer>> tasks(Collection<String> topics, String jobId) {
    var found = new ArrayList<ConsumerRecord<String, ByteBuffer>>();
    scan(
        topics.stream().map(topic -> new TopicPartition(topic, 0)).toList(),
        record -> {
          if (codec.decode(Task.class, record.value().duplicate())
                  instanceof Decoded.Message<Task>(var task)
              && task.jobId().equals(jobId)) {
            found.add(record);
          }
        });
    return found;
  }

  /** Hands on everything that a topic of ours holds now, a partition's records in their order. */
  private <T extends Record> void read(Topic topic, Class<T> type, BiConsumer<Integer, T> to) {
    scan(
        partitions(topic),
        found -> {
          if (found.value() != null
              && codec.decode(type, found.value()) instanceof Decoded.Message<T>(var message)) {
            to.accept(found.partition(), message);
          }
        });
  }

  private void scan(
      Collection<TopicPartition> all, Consumer<ConsumerRecord<String, ByteBuffer>> to) {
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedScan())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      var ends = consumer.endOffsets(all);
      long deadline = System.nanoTime() + WAIT_MAX.toNanos();
      while (all.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        assertThat(System.nanoTime()).as("%s is read in time", all).isLessThan(deadline);
        consumer.poll(POLL).forEach(to);
      }
    }
  }

  private static List<TopicPartition> partitions(Topic topic) {
    return IntStream.range(0, topic.partitions())
        .mapToObj(number -> new TopicPartition(topic.topicName(), number))
        .toList();
  }

  RecordMetadata submit(String jobId, JobSpec spec) throws Exception {
    return write(jobId, submitted(jobId, spec));
  }

  /** Submits one job after the other, and returns when all are in the log. */
  void submitAll(List<String> jobIds, JobSpec spec) throws Exception {
    writeAll(
        jobIds.stream()
            .map(
                jobId ->
                    new ProducerRecord<String, byte @Nullable []>(
                        Topic.JOBS.topicName(), jobId, submitted(jobId, spec)))
            .toList());
  }

  private byte[] submitted(String jobId, JobSpec spec) {
    return codec.encode(new JobRecord("test", new Submitted(jobId, "", spec)));
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

  /** Writes records to any topics; returns where they are, in their order. */
  List<RecordMetadata> writeAll(List<ProducerRecord<String, byte @Nullable []>> records)
      throws Exception {
    try (var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      var sent = records.stream().map(producer::send).toList();
      var written = new ArrayList<RecordMetadata>();
      for (var one : sent) {
        written.add(one.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS));
      }
      return written;
    }
  }

  /** Waits until every one of the records has a dead letter that says why. */
  void awaitDeadLetters(List<RecordMetadata> records) {
    var missing = records.stream().map(JobsTopic::place).collect(Collectors.toSet());
    var partition = new TopicPartition(Topic.DEAD_LETTERS.topicName(), 0);
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedScan())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (!missing.isEmpty() && System.nanoTime() < deadline) {
        for (var found : consumer.poll(POLL)) {
          if (codec.decode(DeadLetter.class, found.value())
                  instanceof Decoded.Message<DeadLetter>(var letter)
              && !letter.cause().why().isBlank()) {
            missing.remove(letter.topic() + "-" + letter.partition() + "@" + letter.offset());
          }
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new AssertionError("no dead letters of " + new TreeSet<>(missing));
    }
  }

  private static String place(RecordMetadata record) {
    return record.topic() + "-" + record.partition() + "@" + record.offset();
  }

  /** Waits for the dead letter of a record. */
  DeadLetter deadLetterOf(RecordMetadata record) {
    var partition = new TopicPartition(Topic.DEAD_LETTERS.topicName(), 0);
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedScan())) {
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
