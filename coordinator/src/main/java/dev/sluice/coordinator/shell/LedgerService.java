package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.ledger.Reminders;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.accelerator.CatalogueFiles;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.kafka.BrokersClock;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.topics.Topics;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Lane;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the ledger partitions that this process owns, on one thread. */
final class LedgerService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerService.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CoordinatorConfig config;
  private final KafkaSettings kafka;
  private final Codec codec;
  private final FleetFollower fleet;
  private final String origin;
  private final Map<Topic, Integer> partitions;
  private final Topics topics;
  private final Set<String> ensuredLanes = new HashSet<>();
  private final Ledger ledger;
  private final BrokersClock clock;
  private final Map<Integer, LedgerPartition> owned = new TreeMap<>();

  /** By partition: what has been waited for stays so when it is taken over again. */
  private final Map<Integer, SchemaWait> schemas = new ConcurrentHashMap<>();

  private final Orphans orphans = new Orphans();
  private final Reminders reminders = new Reminders();
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Pauses pauses;
  private final KafkaProducer<String, byte[]> reports;
  private final Thread thread;
  private final Runnable onFailure;
  private final LaneLag lag;
  private final LagOffsets offsets;
  private volatile Set<String> laneNames = Set.of();
  private volatile boolean closed;
  private long tickedNanos = System.nanoTime();

  LedgerService(
      CoordinatorConfig config,
      KafkaSettings kafka,
      Codec codec,
      FleetFollower fleet,
      BrokersClock clock,
      String origin,
      Map<Topic, Integer> partitions,
      Admin admin,
      Topics topics,
      int sessionMs,
      Runnable onFailure) {
    this.config = config;
    this.kafka = kafka;
    this.codec = codec;
    this.fleet = fleet;
    this.clock = clock;
    this.origin = origin;
    this.partitions = partitions;
    this.topics = topics;
    this.onFailure = onFailure;
    ledger =
        new Ledger(config.limits(), new Admission(CatalogueFiles.ofEnvironment(), config.aim()));
    lag = new LaneLag(admin, this::lanes);
    consumer = new KafkaConsumer<>(kafka.groupReader(Groups.LEDGER, origin, sessionMs));
    pauses = new Pauses(consumer);
    offsets = new LagOffsets(admin, Groups.LEDGER);
    reports = new KafkaProducer<>(kafka.controlProducer());
    thread = Thread.ofPlatform().name("ledger").unstarted(this::run);
  }

  void start() {
    thread.start();
    lag.start();
  }

  /** Every lane stands in every partition; before there is one, nothing is to be placed. */
  private Set<String> lanes() {
    return laneNames;
  }

  private void run() {
    try {
      consumer.subscribe(List.of(Topic.JOBS.topicName()), new Ownership());
      while (!closed) {
        tick();
        takeOver(orphans.due(consumer.assignment()));
        decide();
        tellLag();
      }
    } catch (WakeupException e) {
      LOG.debug("Woken to stop.");
    } catch (RuntimeException e) {
      // The log holds everything; a coordinator that starts anew goes on from there.
      LOG.error("The ledger stops: {}", e.getMessage(), e);
      onFailure.run();
    } finally {
      owned.values().forEach(LedgerPartition::close);
      consumer.close();
      reports.close(Duration.ofSeconds(2));
    }
  }

  private void tellLag() {
    if (offsets.due()) {
      var next = new HashMap<Integer, Long>();
      owned.forEach((partition, ledger) -> next.put(partition, ledger.nextOffset()));
      offsets.tell(Topic.JOBS.topicName(), next, pauses.words());
    }
  }

  private void decide() {
    var records = consumer.poll(POLL);
    var alive = fleet.fleet(lag.waiting());
    for (var source : records.partitions()) {
      var partition = owned.get(source.partition());
      if (partition == null) {
        continue;
      }
      try {
        long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        var waiting = partition.decide(records.records(source), alive, nowMs);
        pauses.setHeld(source, partition.nextOffset(), waiting);
      } catch (KafkaException e) {
        reload(source, e);
      }
    }
  }

  /** After a failed transaction memory is ahead of the log: what was not written did not happen. */
  private void reload(TopicPartition source, KafkaException why) {
    LOG.warn("{} is taken over again: {}", source, why.getMessage());
    // Perhaps a lane's topics are gone.
    ensuredLanes.clear();
    release(source);
    orphans.add(source);
  }

  /** Takes partitions over; where the brokers are away, it is tried again. */
  private void takeOver(Collection<TopicPartition> sources) {
    Together.each(
            sources,
            source ->
                LedgerPartition.takeOver(
                    source.partition(),
                    kafka,
                    codec,
                    ledger,
                    new LedgerRecords(source.partition(), codec, origin, partitions),
                    this::ensureLane,
                    schemas.computeIfAbsent(
                        source.partition(), any -> new SchemaWait(config.schemaWaitMs()))))
        .forEach(
            (source, outcome) -> {
              switch (outcome) {
                case Together.Outcome.Done(var partition) -> own(source, partition);
                case Together.Outcome.NotYet(var why) -> {
                  LOG.warn("{} can't be taken over yet: {}", source, why.getMessage());
                  orphans.add(source);
                  // Nothing of it can be decided on; it would be read from its beginning.
                  consumer.pause(Set.of(source));
                }
              }
            });
  }

  private void own(TopicPartition source, LedgerPartition partition) {
    owned.put(source.partition(), partition);
    consumer.seek(source, partition.nextOffset());
    orphans.remove(source);
    if (fleet.settled()) {
      consumer.resume(Set.of(source));
    } else {
      pauses.pause(source);
    }
  }

  private void release(TopicPartition source) {
    orphans.remove(source);
    pauses.leave(Set.of(source));
    var partition = owned.remove(source.partition());
    if (partition != null) {
      partition.close();
    }
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

  /** Once a second: deadlines, old jobs, and partitions that wait for a schema or for brokers. */
  private void tick() {
    if (System.nanoTime() - tickedNanos < TICK_NANOS) {
      return;
    }
    tickedNanos = System.nanoTime();
    laneNames =
        owned.values().stream()
            .flatMap(partition -> partition.state().lanes().stream())
            .map(Lane::lane)
            .collect(Collectors.toUnmodifiableSet());
    if (clock.known()) { // this machine's own would say that deadlines are over, or jobs are old
      look(clock.millis());
    }
    fleet.takeGone().forEach(this::unlist);
    if (fleet.settled()) {
      pauses.resume();
    }
  }

  private void look(long nowMs) {
    long forgetBeforeMs = nowMs - TimeUnit.HOURS.toMillis(config.jobRetentionHours());
    var alive = fleet.fleet(lag.waiting());
    for (var entry : Map.copyOf(owned).entrySet()) {
      var stalled = ledger.stalled(entry.getValue().state(), new Moment(nowMs, alive));
      for (var event : reminders.due(stalled, nowMs)) {
        report(entry.getKey(), event.jobId(), event);
      }
      try {
        entry.getValue().forget(forgetBeforeMs);
      } catch (KafkaException e) {
        reload(new TopicPartition(Topic.JOBS.topicName(), entry.getKey()), e);
      }
    }
  }

  /** Workers that were killed can't remove themselves. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void unlist(String worker) {
    reports.send(new ProducerRecord<>(Topic.FLEET.topicName(), worker, null));
  }

  /** What is still overdue is reported again later, so a lost report does no harm. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void report(int partition, String key, DeadlineReached event) {
    reports.send(
        new ProducerRecord<>(
            Topic.JOBS.topicName(), partition, key, codec.encode(new JobRecord(origin, event))));
  }

  private final class Ownership implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      takeOver(assigned);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      revoked.forEach(LedgerService.this::release);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    Stopping.join(thread);
    lag.close();
  }
}
