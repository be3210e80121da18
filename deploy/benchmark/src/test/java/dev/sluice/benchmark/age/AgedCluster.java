package dev.sluice.benchmark.age;

import dev.sluice.benchmark.process.HttpTimes;
import dev.sluice.benchmark.process.TimedProcess;
import dev.sluice.deploy.Sluice;
import dev.sluice.deploy.broker.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.Submitted;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/** A broker and the processes that run against it, one of each kind at most. */
final class AgedCluster implements AutoCloseable {

  /** What whoever starts reads of jobs. */
  static final List<Topic> OF_JOBS = List.of(Topic.JOB_STATES, Topic.JOB_FACTS, Topic.CONTROLS);

  private static final Pattern TAKEN_OVER = Pattern.compile("Ledger partition \\d+ taken over");
  private static final Pattern ANSWERS = Pattern.compile("The producer answers at (\\S+)\\.$");

  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int ANSWER_S_MAX = 60;

  private final EmbeddedBroker broker;
  private final Path scratch;
  private final KafkaSettings kafka;
  private final Codec codec = Codec.builtIn();
  private final List<String> jobs = new ArrayList<>();
  private final Map<String, Integer> left = new HashMap<>();
  private @Nullable TimedProcess coordinator;
  private @Nullable TimedProcess producer;
  private @Nullable TimedProcess worker;
  private @Nullable URI server;
  private int workers;

  private AgedCluster(EmbeddedBroker broker, Path scratch) {
    this.broker = broker;
    this.scratch = scratch;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  /** A broker, and nothing beside it. */
  static AgedCluster in(Path directory) {
    return new AgedCluster(EmbeddedBroker.start(directory.resolve("broker")), directory);
  }

  /** Starts a coordinator, until it has all partitions of the ledger. */
  TimedProcess.Taken startCoordinator() throws IOException, InterruptedException {
    var started = start("coordinator");
    coordinator = started;
    started.await(TAKEN_OVER, Topic.JOBS.partitions(), START_MAX);
    return started.taken();
  }

  /** Starts a producer, until it lists jobs. */
  TimedProcess.Taken startProducer() throws IOException, InterruptedException {
    var started = start("producer", "--port", "0");
    producer = started;
    var address = URI.create(started.await(ANSWERS, 1, START_MAX).found().group(1));
    server = address;
    HttpTimes.awaitOk(address.resolve("/v1/jobs"), START_MAX);
    return started.taken();
  }

  /** Starts a worker, until its first heartbeat. */
  TimedProcess.Taken startWorker() throws IOException, InterruptedException {
    var id = "worker-" + ++workers;
    var fleet = new TopicPartition(Topic.FLEET.topicName(), 0);
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.uncommittedFollower())) {
      consumer.assign(List.of(fleet));
      consumer.seekToEnd(List.of(fleet));
      consumer.position(fleet);
      var started = start("worker", "--lane", "cpu", "--set", "id=" + id);
      worker = started;
      while (started.sinceStart() < START_MAX.toNanos()) {
        for (var record : consumer.poll(POLL)) {
          if (id.equals(record.key()) && record.value() != null) {
            return started.taken();
          }
        }
      }
    }
    throw new IllegalStateException("no heartbeat of " + id + " within " + START_MAX);
  }

  private TimedProcess start(String command, String... options) throws IOException {
    var arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
    arguments.addAll(List.of(options));
    return TimedProcess.sluice(scratch.resolve("tmp"), true, arguments);
  }

  /** Resident memory of coordinator, producer and worker. */
  List<Long> residentMiB() throws IOException {
    var all = new ArrayList<Long>();
    for (var process : processes()) {
      all.add(process.residentMiB());
    }
    return all;
  }

  private List<TimedProcess> processes() {
    var all = new ArrayList<TimedProcess>();
    for (var process : new @Nullable TimedProcess[] {coordinator, producer, worker}) {
      if (process != null) {
        all.add(process);
      }
    }
    return all;
  }

  /** Stops whatever runs beside the broker. */
  void stop() {
    processes().forEach(TimedProcess::close);
    coordinator = null;
    producer = null;
    worker = null;
  }

  /** The producer's address. */
  URI server() {
    if (server == null) {
      throw new IllegalStateException("no producer has been started");
    }
    return server;
  }

  /** Every job that was written to the log here, in that order. */
  List<String> jobs() {
    return List.copyOf(jobs);
  }

  /** Runs a job file to its end, as a user does. */
  void runFile(Path file) {
    var said = new StringWriter();
    var out = new PrintWriter(said);
    int code =
        Sluice.commandLine()
            .setOut(out)
            .setErr(out)
            .execute("submit", file.toString(), "--wait", "--server", server().toString());
    if (code != 0) {
      throw new IllegalStateException(file + " ended with " + code + ": " + said);
    }
  }

  /** Writes so many submissions to the log, as fast as it takes them. */
  void submit(JobSpec spec, int count) {
    var failed = new AtomicReference<@Nullable Exception>();
    var settings = new HashMap<>(kafka.controlProducer());
    settings.put("linger.ms", 20);
    settings.put("batch.size", 256 * 1024);
    try (var sender = new KafkaProducer<String, byte[]>(settings)) {
      for (int i = 0; i < count; i++) {
        var jobId = JobIds.random();
        jobs.add(jobId);
        var value = codec.encode(new JobRecord("benchmark", new Submitted(jobId, "", spec)));
        var _ =
            sender.send(
                new ProducerRecord<>(Topic.JOBS.topicName(), jobId, value),
                (where, failure) -> {
                  if (failure != null) {
                    failed.set(failure);
                  }
                });
      }
    }
    var why = failed.get();
    if (why != null) {
      throw new IllegalStateException("a job could not be submitted", why);
    }
  }

  /**
   * Waits until so many jobs have left for the history.
   *
   * @param progress told now and then how many have
   */
  void awaitLeft(int count, Duration within, Consumer<Integer> progress) {
    long untilNanos = System.nanoTime() + within.toNanos();
    var all = partitions(Topic.JOB_STATES);
    long saidNanos = System.nanoTime();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedReader())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (sum(left) < count) {
        for (var record : consumer.poll(POLL)) {
          if (StateKeys.isEnded(record.key())
              && record.value() != null
              && codec.decode(StateRecord.class, record.value())
                  instanceof Decoded.Message<StateRecord>(StateRecord(EndedJobs some))) {
            left.put(record.key(), some.jobs().size());
          }
        }
        if (System.nanoTime() > untilNanos) {
          throw new IllegalStateException(sum(left) + " jobs have left, and not " + count);
        }
        if (System.nanoTime() - saidNanos > TimeUnit.SECONDS.toNanos(10)) {
          saidNanos = System.nanoTime();
          progress.accept(sum(left));
        }
      }
    }
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * What a topic holds.
   *
   * @param records records, removals among them
   * @param bytes of their keys and values
   * @param nanos how long it took to read them
   */
  record Size(long records, long bytes, long nanos) {
    static final Size NONE = new Size(0, 0, 0);

    Size and(Size other) {
      return new Size(records + other.records, bytes + other.bytes, nanos + other.nanos);
    }
  }

  /** Reads topics from their beginnings, as whoever starts does. */
  Size size(Topic... topics) {
    var size = Size.NONE;
    for (var topic : topics) {
      size = size.and(scan(topic, record -> {}));
    }
    return size;
  }

  /** Records about jobs, or their removals, of those that these topics still hold. */
  long recordsOf(Set<String> jobIds) {
    var count = new long[1];
    for (var topic : OF_JOBS) {
      var _ =
          scan(topic, record -> count[0] += jobIds.contains(FactPart.jobId(record.key())) ? 1 : 0);
    }
    return count[0];
  }

  private Size scan(Topic topic, Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    var all = partitions(topic);
    long records = 0;
    long bytes = 0;
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedScan())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      var ends = consumer.endOffsets(all);
      long beganNanos = System.nanoTime();
      while (all.stream().anyMatch(at -> consumer.position(at) < ends.getOrDefault(at, 0L))) {
        for (var record : consumer.poll(POLL)) {
          records++;
          bytes += record.serializedKeySize() + Math.max(0, record.serializedValueSize());
          each.accept(record);
        }
      }
      return new Size(records, bytes, System.nanoTime() - beganNanos);
    }
  }

  private static List<TopicPartition> partitions(Topic topic) {
    return IntStream.range(0, topic.partitions())
        .mapToObj(partition -> new TopicPartition(topic.topicName(), partition))
        .toList();
  }

  /** Has the broker do within seconds what it would do within half an hour. */
  void compactSoon() throws InterruptedException {
    var ofTopics =
        Map.of(
            "segment.ms", "1000",
            "max.compaction.lag.ms", "1000",
            "delete.retention.ms", "1000",
            "min.cleanable.dirty.ratio", "0.01");
    var changes = new HashMap<ConfigResource, Collection<AlterConfigOp>>();
    for (var topic : OF_JOBS) {
      changes.put(
          new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName()), settings(ofTopics));
    }
    changes.put(
        new ConfigResource(ConfigResource.Type.BROKER, ""),
        settings(Map.of("log.cleaner.backoff.ms", "500")));
    try (var admin = Admin.create(kafka.admin())) {
      admin.incrementalAlterConfigs(changes).all().get(ANSWER_S_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the topics' settings can't be changed", e);
    }
  }

  private static Collection<AlterConfigOp> settings(Map<String, String> settings) {
    var all = new HashSet<AlterConfigOp>();
    settings.forEach(
        (name, value) ->
            all.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
    return all;
  }

  @Override
  public void close() {
    stop();
    broker.close();
  }
}
