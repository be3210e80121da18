package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The topics, and the processes that work on them. Topics survive everything. */
final class World {

  static final int PARTITIONS = 2;
  static final int FLOATS = 21;
  static final int BLOCK_FLOATS = 8;
  static final int BLOCKS = 3;
  static final String ENGINE = "engine";
  static final List<String> LANES = List.of("a", "b");

  /** Deliveries after which the brokers give up on a record. */
  private static final int DELIVERIES_MAX = 17;

  /** Workers die far more often than anywhere, so that 4 deaths are no sign of poison. */
  static final LedgerLimits LIMITS =
      new LedgerLimits(100, 8, 5_000, 60_000, 10, 3_000, 3, 4, 65_536);

  /** Shards are late no sooner than this. */
  static final long LATE_MS = 50;

  /**
   * A record of {@code sluice.jobs}.
   *
   * @param event what
   * @param atMs when the broker appended it
   */
  record Appended(JobEvent event, long atMs) {}

  private record Stored(String key, StoredState state) {}

  final long seed;
  final Mutation mutation;
  final SplittableRandom random;
  final Network network;
  final Transactions transactions;
  final OwnerGroup ledgerOwners = new OwnerGroup(PARTITIONS);
  final OwnerGroup foldOwners = new OwnerGroup(PARTITIONS);
  final List<Coordinator> coordinators = new ArrayList<>();
  final Invariants invariants;
  final Ledger ledger = new Ledger(LIMITS, new Admission(Catalogue.builtIn(), Aim.FINISH));
  final List<SimulatedWorker> workers = new ArrayList<>();
  long nowMs = 1_000_000;

  /** Whether whatever kills a worker, it is started again at once, under its id. */
  boolean restarts;

  /** Of so many acknowledgements one is lost; 0: none. */
  int lossOneIn;

  /** Of so many records one is stored, or read, once more, and later; 0: none. */
  int repetitionOneIn;

  private final List<PartitionLog<Appended>> jobs = new ArrayList<>();
  private final List<PartitionLog<Stored>> stateLogs = new ArrayList<>();
  private final List<Map<String, StoredState>> states = new ArrayList<>();
  private final List<GradientTopic> gradients = new ArrayList<>();
  private final Map<String, Map<Priority, TaskLane<Task>>> lanes = new TreeMap<>();
  private final PartitionLog<JobControl> controlLog = new PartitionLog<>("controls", this::spread);
  private final Map<String, JobControl> controls = new TreeMap<>();
  private final Map<String, float[]> exported = new HashMap<>();
  private final int[] polled = new int[PARTITIONS];
  private Fleet seen = Fleet.EMPTY;
  private int begun;
  private long heartbeats;

  World(long seed, Mutation mutation) {
    this.seed = seed;
    this.mutation = mutation;
    random = new SplittableRandom(seed);
    network = new Network(random);
    transactions = new Transactions(network, () -> nowMs, KafkaSettings.LEDGER_TRANSACTION_MS_MAX);
    invariants = new Invariants(seed);
    for (var lane : LANES) {
      var topics = new EnumMap<Priority, TaskLane<Task>>(Priority.class);
      for (var priority : Priority.values()) {
        boolean uncommitted = mutation == Mutation.UNCOMMITTED_TASKS;
        var name = Topic.tasks(lane, priority);
        topics.put(priority, new TaskLane<>(name, random::nextInt, DELIVERIES_MAX, uncommitted));
      }
      lanes.put(lane, topics);
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      var view = new TreeMap<String, StoredState>();
      states.add(view);
      stateLogs.add(
          new PartitionLog<>(
              "states-" + partition,
              stored -> {
                invariants.stored(stored.state);
                view.put(stored.key, stored.state);
              }));
      jobs.add(new PartitionLog<>("jobs-" + partition));
      gradients.add(new GradientTopic(partition));
    }
  }

  // ---- topics

  PartitionLog<Appended> jobs(int partition) {
    return jobs.get(partition);
  }

  Map<String, StoredState> states(int partition) {
    return states.get(partition);
  }

  GradientTopic gradients(int partition) {
    return gradients.get(partition);
  }

  TaskLane<Task> lane(String lane, Priority priority) {
    var found = lanes.getOrDefault(lane, Map.of()).get(priority);
    if (found == null) {
      throw new AssertionError("a task was sent to lane " + lane);
    }
    return found;
  }

  /** What the consumer group would have committed by itself. */
  int polled(int partition) {
    return polled[partition];
  }

  void poll(int partition, int offset) {
    polled[partition] = Math.max(polled[partition], offset);
  }

  void tell(String sender, JobEvent event) {
    tell(sender, event, () -> {});
  }

  /** Sends a record to the ledger. */
  void tell(String sender, JobEvent event, Runnable stored) {
    var key = Ledger.key(event).orElse("");
    int partition = Topic.partition(key, PARTITIONS);
    var log = jobs.get(partition);
    network.send(
        sender,
        log.name,
        () -> {
          log.append(new Appended(event, nowMs));
          stored.run();
        });
    again(sender, log.name, () -> log.append(new Appended(event, nowMs)));
  }

  /** Sends a record to the fold of a block. */
  void contribute(String sender, String jobId, int block, GradientEntry entry) {
    int partition = Topic.partition(Topic.blockKey(jobId, block), PARTITIONS);
    var log = gradients.get(partition).log;
    Runnable arrival = () -> log.append(new GradientRecord(jobId, entry));
    network.send(sender, log.name, arrival);
    again(sender, log.name, arrival);
  }

  /** Whoever was not told that a record is stored may send it again. */
  private void again(String sender, String to, Runnable arrival) {
    if (repetitionOneIn > 0 && random.nextInt(repetitionOneIn) == 0) {
      network.send(sender + "-again", to, arrival);
    }
  }

  /** Parameters reach every worker that listens, each in its time. */
  void publish(String sender, ParameterBlock block) {
    invariants.published(block);
    for (var worker : workers) {
      network.send(sender, worker.name, () -> worker.receive(block));
      again(sender, worker.name, () -> worker.receive(block));
    }
  }

  void exported(String jobId, float[] parameters) {
    exported.put(jobId, parameters);
  }

  float @Nullable [] exported(String jobId) {
    return exported.get(jobId);
  }

  boolean loses() {
    return lossOneIn > 0 && random.nextInt(lossOneIn) == 0;
  }

  /** Publishing again follows from it, so it is rarer than that. */
  boolean losesPublication() {
    return lossOneIn > 0 && random.nextInt(50 * lossOneIn) == 0;
  }

  // ---- what the ledger commits

  void store(Transactions.Producer producer, int partition, String key, StoredState state) {
    producer.send(stateLogs.get(partition), new Stored(key, state));
  }

  void carryOut(Transactions.Producer producer, Effect effect) {
    switch (effect) {
      case Effect.Dispatch(var lane, var priority, var task) ->
          lane(lane, priority).add(producer, task);
      case Effect.Control(var control) -> producer.send(controlLog, control);
      case Effect.Tell(var key, var event) ->
          producer.send(jobs.get(Topic.partition(key, PARTITIONS)), new Appended(event, nowMs));
      case Effect.TellAll(var event) ->
          jobs.forEach(log -> producer.send(log, new Appended(event, nowMs)));
      case Effect.Fold fold -> {
        boolean first =
            mutation == Mutation.STOP_IN_ONE_PARTITION && fold.entry() instanceof FoldStopped;
        for (var topic : first ? gradients.subList(0, 1) : gradients) {
          producer.send(topic.log, new GradientRecord(fold.jobId(), small(fold.entry())));
        }
      }
      case Effect.Publish publish -> {}
      case Effect.Bury bury -> {}
    }
  }

  /** A control that was committed reaches every worker, each in its time. */
  private void spread(JobControl control) {
    controls.put(control.jobId(), control);
    for (var worker : workers) {
      network.send("controls", worker.name, () -> worker.receive(control));
    }
  }

  /** The same plan with blocks so small that there are several. */
  private static GradientEntry small(GradientEntry entry) {
    return entry instanceof FoldStarted p
        ? new FoldStarted(
            p.floats(),
            p.parameters(),
            BLOCK_FLOATS,
            p.shards(),
            p.optimizer(),
            p.learningRate(),
            p.schedule(),
            p.warmupSteps(),
            p.stepsPerEpoch(),
            p.steps(),
            p.engine(),
            p.foldVersion(),
            p.validation())
        : entry;
  }

  // ---- processes

  /** A name that no process has had. */
  String nameOf(String kind) {
    return kind + "-" + ++begun;
  }

  /** The process that the group has given a partition; null: nobody runs it now. */
  @Nullable LedgerProcess ledger(int partition) {
    var owner = ledgerOwners.owner(partition);
    return owner == null ? null : owner.ledgers().get(partition);
  }

  @Nullable FoldProcess fold(int partition) {
    var owner = foldOwners.owner(partition);
    return owner == null ? null : owner.folds().get(partition);
  }

  /** A coordinator begins. */
  void coordinate() {
    var coordinator = new Coordinator(nameOf("coordinator"), this);
    coordinators.add(coordinator);
    coordinator.poll();
  }

  /** A coordinator ends: it dies, or stops as it should. */
  void end(Coordinator coordinator, boolean dies) {
    coordinators.remove(coordinator);
    if (dies) {
      coordinator.die();
    }
    ledgerOwners.remove(coordinator);
    foldOwners.remove(coordinator);
  }

  /** A worker is ready, and reads which jobs have ended. */
  void join(String lane) {
    join(nameOf("worker"), lane);
  }

  private void join(String name, String lane) {
    var life = mutation == Mutation.LIVES_IGNORED ? "" : nameOf("life");
    var worker = new SimulatedWorker(new WorkerLife(name, life), lane, this);
    controls.values().forEach(worker::receive);
    workers.add(worker);
  }

  void kill(SimulatedWorker worker) {
    workers.remove(worker);
    worker.die();
    network.forget(worker.name);
    if (restarts) {
      join(worker.name, worker.lane);
    }
  }

  /** Workers are heard of, and lag is sampled; between, everyone believes what was so. */
  void lookAtFleet() {
    var waiting = new HashMap<String, Long>();
    lanes.forEach(
        (lane, topics) ->
            waiting.put(lane, topics.values().stream().mapToLong(TaskLane::waiting).sum()));
    seen =
        new Fleet(
            workers.stream().filter(worker -> !worker.hung()).map(World::heartbeat).toList(),
            waiting,
            ++heartbeats);
  }

  Fleet fleetSeen() {
    return seen;
  }

  private static WorkerHeartbeat heartbeat(SimulatedWorker worker) {
    return new WorkerHeartbeat(
        worker.name,
        worker.lane,
        Catalogue.HOST_CPU.id(),
        false,
        ENGINE,
        "",
        0,
        worker.holding(),
        List.of(),
        0,
        0,
        0,
        false,
        0,
        worker.life,
        -1);
  }

  void restartBrokers() {
    lanes.values().forEach(topics -> topics.values().forEach(TaskLane::restart));
  }

  /** Whether nothing is left to do for anybody. */
  boolean isQuiet() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      var ledger = ledger(partition);
      var fold = fold(partition);
      if (ledger == null || !ledger.hasCaughtUp() || fold == null || !fold.hasCaughtUp()) {
        return false;
      }
    }
    return lanes.values().stream()
            .flatMap(topics -> topics.values().stream())
            .allMatch(lane -> lane.waiting() == 0)
        && network.isEmpty();
  }

  /** States of a job as its partition holds them. */
  Map<String, StoredState> stored(String jobId) {
    return states.get(Topic.partition(jobId, PARTITIONS));
  }

  boolean ended(String jobId) {
    return invariants.ended(jobId) != null;
  }

  boolean known(String jobId) {
    return stored(jobId).containsKey(jobId);
  }
}
