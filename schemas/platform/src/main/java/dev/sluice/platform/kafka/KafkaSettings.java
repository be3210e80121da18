package dev.sluice.platform.kafka;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Settings of Kafka clients, by what the client is for. Keys are strings, values bytes.
 *
 * <p>Security settings (TLS, SASL) are the same for every client of a process and come with {@code
 * common}.
 *
 * @param bootstrapServers brokers as host:port, comma-separated
 * @param common settings for every client, such as {@code security.protocol}
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> common) {

  /** Room for blocks on their way to the broker, in bytes. */
  private static final long BULK_BUFFER_BYTES = 128L * 1024 * 1024;

  /** What a burst of small reports takes in one partition, in bytes. */
  private static final int BURST_BATCH_BYTES = 256 * 1024;

  /** What a request for many small tasks brings at most, in bytes: one may have a megabyte. */
  private static final int BURST_FETCH_BYTES = 16 * 1024 * 1024;

  /** Room for pieces of files on their way to the broker, in bytes; several files share it. */
  private static final long PIECES_BUFFER_BYTES = 32L * 1024 * 1024;

  /** What one request for pieces of files brings at most, in bytes. */
  private static final int PIECES_FETCH_BYTES = 4 * 1024 * 1024;

  /** What was handed to a producer is given up after this time, in milliseconds. */
  private static final int DELIVERY_MS_MAX = 120_000;

  /** A ledger transaction that hangs longer is aborted, so that it can't pin the workers. */
  public static final int LEDGER_TRANSACTION_MS_MAX = 5_000;

  /** Checkpoints are read at takeovers only, and may be hundreds of megabytes. */
  public static final int CHECKPOINT_TRANSACTION_MS_MAX = 60_000;

  /**
   * How long a broker waits for new records before it answers a consumer that always follows the
   * same topics.
   */
  private static final int FOLLOWER_WAIT_MS = 500;

  /** The same for a consumer that also asks for other things, or changes what it follows. */
  private static final int SHARER_WAIT_MS = 50;

  private static final int SCAN_WAIT_MS = 5;

  private static final int HEARTBEATS_PER_SESSION = 6;
  private static final int GROUP_BACKOFF_MS = 50;

  /** The default of a second would be added to the time that brokers need to replace one. */
  private static final int BACKOFF_MS_MAX = 200;

  /**
   * A broker that hangs, or whose machine has vanished, closes no connection: only after this time
   * is what it was asked for asked of who leads by then. The default of 30 s would be every job's
   * pause. The largest answer, 64 MiB, fits into it at 7 MiB/s.
   */
  private static final int REQUEST_MS_MAX = 10_000;

  public KafkaSettings {
    common = Map.copyOf(common);
  }

  /** Settings without any for security. */
  public static KafkaSettings of(String bootstrapServers) {
    return new KafkaSettings(bootstrapServers, Map.of());
  }

  /** For administration. */
  public Map<String, Object> admin() {
    return base(Map.of("default.api.timeout.ms", 30_000));
  }

  /** For small records whose loss would matter: reports, heartbeats, commands. */
  public Map<String, Object> controlProducer() {
    return producer(Map.of("linger.ms", 0, "buffer.memory", 16L * 1024 * 1024));
  }

  /**
   * For reports of many small tasks, which are sent together: whoever sends them flushes then, so
   * that they go in few requests, and nothing lingers.
   */
  public Map<String, Object> burstProducer() {
    var settings = controlProducer();
    settings.put("linger.ms", 5);
    settings.put("batch.size", BURST_BATCH_BYTES);
    return settings;
  }

  /**
   * For what is written at a start and counts once, however often it is written. A producer that
   * keeps batches in order was seen to send them for two minutes, and to be refused, after the
   * first had failed on a topic that was just being made.
   */
  public Map<String, Object> repeatingProducer() {
    var settings = controlProducer();
    settings.put("enable.idempotence", false);
    return settings;
  }

  /**
   * For what is worth nothing when it comes late, such as heartbeats. It gives up soon, so that who
   * sends can say that the brokers are away.
   */
  public Map<String, Object> heartbeatProducer() {
    var settings = controlProducer();
    settings.put("request.timeout.ms", 4_000);
    settings.put("delivery.timeout.ms", 5_000);
    settings.put("max.block.ms", 5_000);
    return settings;
  }

  /**
   * For contributions of workers. A client that has lost all brokers forgets which topics there
   * are, and then waits to be told: as long as for what it has already sent, because a term that
   * gave up before would fail for nothing.
   */
  public Map<String, Object> contributionProducer() {
    var settings = bulkProducer();
    settings.put("max.block.ms", DELIVERY_MS_MAX);
    return settings;
  }

  /** For blocks of about 1 MiB. */
  public Map<String, Object> bulkProducer() {
    return producer(
        Map.of(
            // The default of 5 ms would be waited for in every step of every job.
            "linger.ms",
            0,
            "batch.size",
            Topic.BLOCK_FLOATS * Float.BYTES + 4096,
            "buffer.memory",
            BULK_BUFFER_BYTES,
            "send.buffer.bytes",
            -1));
  }

  /** For pieces of files: as for blocks, with less room, as whoever stores a file can wait. */
  public Map<String, Object> pieceProducer() {
    var settings = bulkProducer();
    settings.put("buffer.memory", PIECES_BUFFER_BYTES);
    return settings;
  }

  /**
   * For reading pieces of files, up to an end that is known. Several files are read at one time, so
   * that what a request brings is small; beyond it comes one record, however large.
   */
  public Map<String, Object> pieceReader() {
    var settings = committedScan();
    settings.put("fetch.max.bytes", PIECES_FETCH_BYTES);
    settings.put("max.partition.fetch.bytes", PIECES_FETCH_BYTES);
    return settings;
  }

  /**
   * For a partition's owner: one transactional id per partition fences the owner before.
   *
   * @param transactionMsMax longest transaction, in milliseconds; whoever reads committed records
   *     of its topics may wait that long for an owner that hangs
   */
  public Map<String, Object> transactionalProducer(String transactionalId, int transactionMsMax) {
    return producer(
        Map.of(
            "linger.ms",
            0,
            "transactional.id",
            transactionalId,
            "transaction.timeout.ms",
            transactionMsMax,
            // p99 of a commit is 110 ms with the default of 100 ms, 13 to 18 ms with 2 ms.
            "retry.backoff.ms",
            2));
  }

  /** For following a topic by assigned partitions; sees committed records only. */
  public Map<String, Object> committedReader() {
    return committed(reader(FOLLOWER_WAIT_MS));
  }

  /** For following what many write and many follow: in batches, twice a second. */
  public Map<String, Object> batchReader() {
    var settings = reader(FOLLOWER_WAIT_MS);
    settings.put("fetch.min.bytes", 1024 * 1024);
    return settings;
  }

  /**
   * For following what is written without transactions, where one that another program has left
   * open must hold up nothing.
   */
  public Map<String, Object> uncommittedFollower() {
    return reader(FOLLOWER_WAIT_MS);
  }

  /** For following parameters: written without transactions, so nothing to wait for. */
  public Map<String, Object> uncommittedReader() {
    return reader(SHARER_WAIT_MS);
  }

  /**
   * For reading what is there, up to an end that is known. A consumer asks ahead, also beyond that
   * end, and brokers answer a connection's requests one after the other: with the default of 500 ms
   * whatever such a reader asks next, even to leave, waits for half a second.
   */
  public Map<String, Object> committedScan() {
    return committed(reader(SCAN_WAIT_MS));
  }

  /** The same for who then waits for an answer, which may take its time. */
  public Map<String, Object> committedScanAndWait() {
    return committed(reader(SHARER_WAIT_MS));
  }

  /** For reading what is there where records belong to no transactions. */
  public Map<String, Object> uncommittedScan() {
    return reader(SCAN_WAIT_MS);
  }

  /**
   * For sharing the partitions of a topic among processes, each of which knows where to begin. A
   * log that is not the one that was read is an error, as for every reader: whoever was set back to
   * some other place in silence would pass over records, or handle them twice.
   *
   * @param clientId how operators tell the group's members apart
   * @param sessionMs silence after which the others get a member's partitions, in milliseconds
   */
  public Map<String, Object> groupReader(String group, String clientId, int sessionMs) {
    var settings = committed(reader(SHARER_WAIT_MS));
    settings.put("group.id", group);
    settings.put("client.id", clientId);
    settings.put("group.protocol", "classic");
    settings.put("session.timeout.ms", sessionMs);
    settings.put("heartbeat.interval.ms", Math.max(1, sessionMs / HEARTBEATS_PER_SESSION));
    // Where the broker that keeps the group is lost, the next one must be found, and asked whether
    // it keeps it by now, before it thinks that the members are gone.
    settings.put("retry.backoff.ms", GROUP_BACKOFF_MS);
    settings.put("max.poll.interval.ms", 60_000);
    settings.put(
        "partition.assignment.strategy",
        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    return settings;
  }

  /**
   * For a worker's task queue; acknowledged by hand.
   *
   * @param recordsMax most records that are taken at a time
   */
  public Map<String, Object> shareReader(String lane, int recordsMax) {
    var settings = base(Map.of());
    settings.put("group.id", Topic.shareGroup(lane));
    settings.put("share.acknowledgement.mode", "explicit");
    settings.put("share.acquire.mode", "record_limit");
    settings.put("max.poll.records", recordsMax);
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    return settings;
  }

  /** For many small tasks at a time. */
  public Map<String, Object> burstShareReader(String lane, int recordsMax) {
    var settings = shareReader(lane, recordsMax);
    settings.put("fetch.max.bytes", BURST_FETCH_BYTES);
    return settings;
  }

  private static Map<String, Object> committed(Map<String, Object> reader) {
    reader.put("isolation.level", "read_committed");
    return reader;
  }

  private Map<String, Object> reader(int waitMs) {
    var settings = base(Map.of());
    settings.put("fetch.max.wait.ms", waitMs);
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "none");
    settings.put("receive.buffer.bytes", -1);
    settings.put("max.partition.fetch.bytes", 16 * 1024 * 1024);
    settings.put("fetch.max.bytes", 64 * 1024 * 1024);
    settings.put("max.poll.records", 500);
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", ByteBufferDeserializer.class.getName());
    return settings;
  }

  private Map<String, Object> producer(Map<String, Object> own) {
    var settings = base(own);
    settings.put("acks", "all");
    settings.put("enable.idempotence", true);
    settings.put("compression.type", "none");
    settings.put("max.request.size", Codec.RECORD_BYTES_MAX);
    settings.put("delivery.timeout.ms", DELIVERY_MS_MAX);
    settings.put("max.block.ms", 30_000);
    settings.put("key.serializer", StringSerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    return settings;
  }

  private Map<String, Object> base(Map<String, Object> own) {
    var settings = new HashMap<String, Object>(common);
    settings.put("bootstrap.servers", bootstrapServers);
    settings.putIfAbsent("request.timeout.ms", REQUEST_MS_MAX);
    settings.putIfAbsent("retry.backoff.max.ms", BACKOFF_MS_MAX);
    settings.putIfAbsent("reconnect.backoff.max.ms", BACKOFF_MS_MAX);
    // By default each client registers hundreds of figures with the JVM's management, which nobody
    // reads: an eighth of a start, and again with every client that is made later.
    settings.putIfAbsent("metric.reporters", "");
    settings.putAll(own);
    return settings;
  }
}
