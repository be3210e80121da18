package dev.sluice.coordinator.shell;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.PublishedModels;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.coordinator.runtime.LedgerShard;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.kafka.BrokersClock;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Runs the ledger partitions that this process owns. */
final class LedgerService implements AutoCloseable {

  private static final String MEND =
      "Write JobRecord in Avro's single-object encoding, as sluice.avdl has it.";

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CoordinatorConfig config;
  private final KafkaSettings kafka;
  private final Codec codec;
  private final FleetFollower fleet;
  private final PublishedModels models;
  private final String origin;
  private final Map<Topic, Integer> partitions;
  private final Topics topics;
  private final Logs logs;
  private final Set<String> ensuredLanes = ConcurrentHashMap.newKeySet();
  private final Ledger ledger;
  private final BrokersClock clock;

  private final KafkaProducer<String, byte[]> reports;
  private final PartitionGroup<LedgerShard, JobRecord> group;
  private final LaneLag lag;
  private long tickedNanos = System.nanoTime();

  LedgerService(
      CoordinatorConfig config,
      KafkaSettings kafka,
      Codec codec,
      FleetFollower fleet,
      PublishedModels models,
      BrokersClock clock,
      String origin,
      Map<Topic, Integer> partitions,
      Admin admin,
      Topics topics,
      int sessionMs,
      Consumer<Throwable> onFailure) {
    this.config = config;
    this.kafka = kafka;
    this.codec = codec;
    this.fleet = fleet;
    this.models = models;
    this.clock = clock;
    this.origin = origin;
    this.partitions = partitions;
    this.topics = topics;
    logs = Logs.of(admin, kafka);
    ledger =
        new Ledger(config.limits(), new Admission(CatalogueFiles.ofEnvironment(), config.aim()));
    lag = new LaneLag(admin, this::lanes);
    reports = new KafkaProducer<>(kafka.controlProducer());
    group =
        new PartitionGroup<>(
            "ledger",
            Topic.JOBS,
            kafka.groupReader(Groups.LEDGER, origin, sessionMs),
            waits -> new KafkaRecord.Reading<>(JobRecord.class, codec, waits, MEND),
            config.schemaWaitMs(),
            this::shard,
            new LagOffsets(admin, Groups.LEDGER),
            this::tick,
            onFailure);
  }

  void start() {
    group.start();
    lag.start();
  }

  private LedgerShard shard(int partition, SchemaWait waits) {
    ensuredLanes.clear(); // perhaps a lane's topics are gone
    return new LedgerShard(
        partition,
        partitions.getOrDefault(Topic.JOBS, Topic.JOBS.partitions()),
        LedgerShard.Memory.of(TimeUnit.HOURS.toMillis(config.jobRetentionHours())),
        ledger,
        new KafkaLedgerStore(
            partition,
            kafka,
            codec,
            new LedgerRecords(partition, codec, origin, partitions),
            this::ensureLane,
            waits,
            logs,
            KafkaLedgerStore.producer(kafka, partition)),
        new Around(partition));
  }

  /** Every lane stands in every partition; before there is one, nothing is to be placed. */
  private Set<String> lanes() {
    return group.active().values().stream()
        .flatMap(shard -> shard.lanes().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Lanes in which something waits, in the one process that looks after lanes: the owner of the
   * first partition. Others have none.
   */
  Set<String> busyLanes() {
    return group.active().containsKey(0)
        ? lag.waiting().entrySet().stream()
            .filter(lane -> lane.getValue() > 0)
            .map(Map.Entry::getKey)
            .collect(Collectors.toUnmodifiableSet())
        : Set.of();
  }

  /** Whoever declared a lane may not have made its topics; a task must find them. */
  private void ensureLane(String lane) {
    if (ensuredLanes.contains(lane)) {
      return;
    }
    try {
      topics.ensureLane(lane);
    } catch (Topics.TopicsUnavailable e) {
      throw new KafkaException(e.getMessage(), e);
    }
    ensuredLanes.add(lane);
  }

  /** Workers that were killed can't remove themselves. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void tick() {
    if (System.nanoTime() - tickedNanos >= TICK_NANOS) {
      tickedNanos = System.nanoTime();
      fleet
          .takeGone()
          .forEach(
              worker -> reports.send(new ProducerRecord<>(Topic.FLEET.topicName(), worker, null)));
    }
  }

  /** What a partition knows of the world. */
  private final class Around implements LedgerShard.Surroundings {
    private final int partition;

    Around(int partition) {
      this.partition = partition;
    }

    @Override
    public Fleet fleet() {
      return fleet.fleet(lag.waiting());
    }

    @Override
    public PublishedModels models() {
      return models;
    }

    @Override
    public boolean settled() {
      return fleet.settled();
    }

    @Override
    public OptionalLong brokersMs() {
      return clock.known() ? OptionalLong.of(clock.millis()) : OptionalLong.empty();
    }

    /** What is still overdue is reported again later, so a lost report does no harm. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void report(JobEvent event) {
      reports.send(
          new ProducerRecord<>(
              Topic.JOBS.topicName(),
              partition,
              Ledger.key(event).orElse(""),
              codec.encode(new JobRecord(origin, event))));
    }
  }

  /** Begins to give its partitions up; {@link #close} waits for it. */
  void leave() {
    group.leave();
  }

  @Override
  public void close() {
    group.close();
    reports.close(Duration.ofSeconds(2));
    lag.close();
  }
}
