package dev.sluice.deploy.simulation;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.coordinator.runtime.FoldShard;
import dev.sluice.coordinator.runtime.LedgerShard;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.training.Blocks;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The topics, and the processes that work on them. Topics survive everything. */
final class World {

  static final int PARTITIONS = 2;
  static final int FLOATS = 21;
  static final int BLOCK_FLOATS = 8;

  /** How vectors are cut: into three blocks. */
  static final Blocks VECTOR = new Blocks(FLOATS, BLOCK_FLOATS);

  /** Room for contributions that wait as they came: for two of them, or for all there are. */
  static long waitingBytesMax(int partition) {
    return partition == 0 ? 2L * (VECTOR.room().length + 1) : 1 << 20;
  }

  /** That of the workers of today, and of those that come with the next release. */
  static final List<String> ENGINES = List.of("engine", "engine-2");

  static final String ENGINE = ENGINES.getFirst();
  static final List<String> LANES = List.of("a", "b");

  static final List<SumFormat> FORMATS = List.of(SumFormat.values());

  /** Deliveries after which the brokers give up on a record. */
  private static final int DELIVERIES_MAX = 17;

  /** Least time between two reports of a fold's progress. */
  static final int PROGRESS_MS = 100;

  /** Inference tasks of one job at a time. */
  static final int OPEN_TASKS_MAX = 3;

  /** Jobs are small enough for workers that fold for themselves, where these may. */
  private static final long WORKER_FOLD_BYTES = 1_000;

  /** Shards are late no sooner than this. */
  static final long LATE_MS = 50;

  /**
   * A record of {@code sluice.jobs}.
   *
   * @param event what
   * @param atMs when the broker appended it
   */
  record Appended(JobEvent event, long atMs) {}

  /** Told where a record stands. */
  interface Stored {
    void at(int partition, int offset);
  }

  final long seed;
  final Mutation mutation;

  /** In how many bits sums travel, of jobs that are compared with the undisturbed run. */
  final SumFormat format;

  final SplittableRandom random;
  final SimulatedNetwork network;
  final Transactions transactions;
  final OwnerGroup ledgerOwners = new OwnerGroup(PARTITIONS);
  final OwnerGroup foldOwners = new OwnerGroup(PARTITIONS);
  final List<Coordinator> coordinators = new ArrayList<>();
  final Invariants invariants;
  final Owed owed = new Owed(this);
  final LedgerTopics kept;
  final SimulatedModels models = new SimulatedModels(this);
  final Ledger ledger;
  final List<SimulatedWorker> workers = new ArrayList<>();

  /** The brokers' clock, which may be set. */
  long nowMs = 1_000_000;

  /** What passes on every machine alike, whatever the brokers' clock says. */
  long steadyMs = 1;

  /** Whether whatever kills a worker, it is started again at once, under its id. */
  boolean restarts;

  /** Of so many acknowledgements one is lost; 0: none. */
  int lossOneIn;

  /** Of so many records one is stored, or read, once more, and later; 0: none. */
  int repetitionOneIn;

  private final List<PartitionLog<Appended>> jobs = new ArrayList<>();
  private final List<GradientTopic> gradients = new ArrayList<>();
  private final Map<String, Map<Priority, TaskLane<Task>>> lanes = new TreeMap<>();
  private final Map<String, float[]> exported = new HashMap<>();
  private final int[] polled = new int[PARTITIONS];
  private final Set<String> reported = new HashSet<>();
  private Fleet seen = Fleet.EMPTY;
  private int begun;
  private long heartbeats;

  World(long seed, Mutation mutation) {
    this.seed = seed;
    this.mutation = mutation;
    format = format(seed);
    random = new SplittableRandom(seed);
    network = new SimulatedNetwork(random);
    transactions = new Transactions(network, () -> nowMs, KafkaSettings.LEDGER_TRANSACTION_MS_MAX);
    invariants = new Invariants(seed);
    ledger = new Ledger(limits(seed), new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
    kept = new LedgerTopics(this, PARTITIONS);
    for (var queue : LANES.stream().flatMap(World::queues).toList()) {
      var topics = new EnumMap<Priority, TaskLane<Task>>(Priority.class);
      for (var priority : Priority.values()) {
        boolean uncommitted = mutation == Mutation.UNCOMMITTED_TASKS;
        var name = Topic.tasks(queue, priority);
        topics.put(priority, new TaskLane<>(name, random::nextInt, DELIVERIES_MAX, uncommitted));
      }
      lanes.put(queue, topics);
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      jobs.add(new PartitionLog<>("jobs-" + partition));
      gradients.add(new GradientTopic(partition));
    }
  }

  /** A third of the seeds each, whoever folds in them. */
  private static SumFormat format(long seed) {
    return FORMATS.get((int) (seed / 2 % FORMATS.size()));
  }

  /** The seed of a run with a format. */
  static long seedOf(SumFormat format) {
    return 2L * FORMATS.indexOf(format);
  }

  /**
   * Workers die far more often than anywhere, so that 4 deaths are no sign of poison. Of two seeds
   * one has workers that fold for themselves.
   */
  private static LedgerLimits limits(long seed) {
    return new LedgerLimits(
        100,
        8,
        5_000,
        60_000,
        10,
        3_000,
        OPEN_TASKS_MAX,
        4,
        65_536,
        PROGRESS_MS,
        seed % 2 == 0 ? 0 : WORKER_FOLD_BYTES);
  }

  // ---- topics

  PartitionLog<Appended> jobs(int partition) {
    return jobs.get(partition);
  }

  GradientTopic gradients(int partition) {
    return gradients.get(partition);
  }

  private static Stream<String> queues(String lane) {
    return Stream.concat(
        Stream.of(lane, Topic.rowsQueue(lane)), ENGINES.stream().map(e -> Topic.queue(lane, e)));
  }

  private String queue(Effect.Dispatch dispatch) {
    boolean one =
        mutation == Mutation.ONE_QUEUE_FOR_ALL_ENGINES && !dispatch.task().engine().isEmpty();
    return one ? dispatch.lane() : dispatch.queue();
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
    contribute(sender, jobId, block, entry, (partition, offset) -> {});
  }

  /**
   * The same.
   *
   * @param stored told in which partition it stands, and where, once it does
   */
  void contribute(String sender, String jobId, int block, GradientEntry entry, Stored stored) {
    int partition = Topic.partition(Topic.blockKey(jobId, block), PARTITIONS);
    var log = gradients.get(partition).log;
    var record = new GradientRecord(jobId, entry);
    network.send(sender, log.name, () -> stored.at(partition, append(log, record)));
    again(sender, log.name, () -> append(log, record));
  }

  private int append(PartitionLog<GradientRecord> log, GradientRecord record) {
    if (record.entry() instanceof Contribution contribution) {
      invariants.contributed(record.jobId(), contribution);
    }
    return log.append(record);
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
    owed.published(block);
    for (var worker : workers) {
      worker.sent(block);
      network.send(sender, worker.name, () -> worker.receive(block));
      again(sender, worker.name, () -> worker.receive(block));
    }
  }

  /** States of folds reach every worker that listens, each in its time. */
  void handOver(String sender, BlockSnapshot state, long nextOffset) {
    for (var worker : workers) {
      worker.sent(state);
      network.send(sender, worker.name, () -> worker.receive(state, nextOffset));
    }
  }

  void exported(String jobId, float[] parameters) {
    exported.put(jobId, parameters);
  }

  float @Nullable [] exported(String jobId) {
    return exported.get(jobId);
  }

  // ---- what becomes of tasks

  private static String idOf(String jobId, String taskId, int attempt) {
    return jobId + "/" + taskId + "/" + attempt;
  }

  /** The report of a task's end is stored. */
  void reported(TaskReported report) {
    reported.add(idOf(report.jobId(), report.taskId(), report.attempt()));
  }

  /** A worker has acknowledged a task. */
  void done(Task task) {
    invariants.done(
        task,
        reported.contains(idOf(task.jobId(), task.taskId(), task.attempt()))
            || kept.isVoid(task)
            || lanes.values().stream()
                .flatMap(topics -> topics.values().stream())
                .anyMatch(topic -> topic.holds(other -> isCopy(other, task))));
  }

  private static boolean isCopy(Task one, Task other) {
    return one.jobId().equals(other.jobId()) && one.taskId().equals(other.taskId());
  }

  /** Time passes, and locks run out. */
  void pass(long ms) {
    nowMs += ms;
    steadyMs += ms;
    for (var topics : lanes.values()) {
      topics.values().forEach(topic -> topic.expire(steadyMs, this::ranOut));
    }
  }

  private void ranOut(String holder, long lockedUntilMs) {
    workers.stream()
        .filter(worker -> holder.startsWith(worker.holder()) && !worker.hung())
        .forEach(worker -> invariants.ranOut(holder, lockedUntilMs, worker.awakeMs()));
  }

  boolean loses() {
    return lossOneIn > 0 && random.nextInt(lossOneIn) == 0;
  }

  /** Publishing again follows from it, so it is rarer than that. */
  boolean losesPublication() {
    return lossOneIn > 0 && random.nextInt(50 * lossOneIn) == 0;
  }

  // ---- what the ledger commits

  void carryOut(Transactions.Producer producer, Effect effect) {
    switch (effect) {
      case Effect.Dispatch dispatch ->
          lane(queue(dispatch), dispatch.priority()).add(producer, dispatch.task());
      case Effect.Control(var control) -> kept.tell(producer, control);
      case Effect.Tell(var key, var event) ->
          producer.send(jobs.get(Topic.partition(key, PARTITIONS)), new Appended(event, nowMs));
      case Effect.TellAll(var event) ->
          jobs.forEach(log -> producer.send(log, new Appended(event, nowMs)));
      case Effect.Fold fold -> {
        boolean first =
            mutation == Mutation.STOP_IN_ONE_PARTITION && fold.entry() instanceof FoldStopped;
        if (fold.entry() instanceof FoldStopped) {
          owed.stopped(fold.jobId());
        }
        for (var topic : first ? gradients.subList(0, 1) : gradients) {
          producer.send(topic.log, new GradientRecord(fold.jobId(), small(fold.entry())));
        }
      }
      case Effect.PublishLane lane -> {}
      case Effect.Publish(var entry) -> models.publish(producer, entry);
      case Effect.PublishVersion(var version) -> models.publish(producer, version);
      case Effect.Withdraw(var model, int version) -> models.withdraw(producer, model, version);
      case Effect.Bury(var letter) -> invariants.buried(letter);
    }
  }

  /** How long it is known what has ended. */
  LedgerShard.Memory memory() {
    long retentionMs = mutation == Mutation.ENDED_FORGOTTEN_EARLY ? 0 : Long.MAX_VALUE / 2;
    return new LedgerShard.Memory(500, 2, retentionMs);
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
            p.validation(),
            p.workersFold(),
            p.encoding())
        : entry;
  }

  // ---- processes

  /** A name that no process has had. */
  String nameOf(String kind) {
    return kind + "-" + ++begun;
  }

  /** Whether whoever the groups have given a partition has nothing left to do for it. */
  boolean hasCaughtUp(int partition) {
    var ledger = ledgerOwners.owner(partition);
    var fold = foldOwners.owner(partition);
    return ledger != null
        && ledger.hasCaughtUpLedger(partition)
        && fold != null
        && fold.hasCaughtUpFold(partition);
  }

  /**
   * Whether the fold that the groups have given a partition has folded a record, and all before.
   */
  boolean hasFolded(int partition, int offset) {
    var fold = foldOwners.owner(partition);
    return fold != null && fold.hasFolded(partition, offset);
  }

  LedgerShard activeLedger(int partition) {
    var owner = Objects.requireNonNull(ledgerOwners.owner(partition));
    return Objects.requireNonNull(owner.ledger(partition));
  }

  FoldShard activeFold(int partition) {
    var owner = Objects.requireNonNull(foldOwners.owner(partition));
    return Objects.requireNonNull(owner.fold(partition));
  }

  /** Something happens elsewhere, while a process waits for the brokers. */
  void elsewhere() {
    network.deliverOne();
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
    } else {
      coordinator.stop();
    }
    ledgerOwners.remove(coordinator);
    foldOwners.remove(coordinator);
  }

  /** A worker is ready, and reads which jobs have ended and what is known of the others. */
  void join(String lane, String engine) {
    join(nameOf("worker"), lane, engine);
  }

  private void join(String name, String lane, String engine) {
    var life = mutation == Mutation.LIVES_IGNORED ? "" : nameOf("life");
    var worker = new SimulatedWorker(new WorkerLife(name, life), lane, engine, this);
    kept.read(worker);
    workers.add(worker);
  }

  void kill(SimulatedWorker worker) {
    workers.remove(worker);
    worker.die();
    network.forget(worker.name);
    if (restarts) {
      join(worker.name, worker.lane, worker.engine);
    }
  }

  /** Workers are heard of, and lag is sampled; between, everyone believes what was so. */
  void lookAtFleet() {
    var waiting = new HashMap<String, Long>();
    lanes.forEach(
        (queue, topics) ->
            waiting.merge(
                Topic.lane(queue),
                topics.values().stream().mapToLong(TaskLane::waiting).sum(),
                Long::sum));
    seen =
        new Fleet(
            workers.stream()
                .filter(worker -> !worker.hung())
                .map(SimulatedWorker::heartbeat)
                .toList(),
            waiting,
            ++heartbeats);
  }

  Fleet fleetSeen() {
    return seen;
  }

  void restartBrokers() {
    lanes.values().forEach(topics -> topics.values().forEach(TaskLane::restart));
  }

  /** Whether nothing is left to do for anybody. */
  boolean isQuiet() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      if (!hasCaughtUp(partition)) {
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
    return kept.states(Topic.partition(jobId, PARTITIONS));
  }

  boolean ended(String jobId) {
    return invariants.ended(jobId) != null || invariants.predicted(jobId) != null;
  }
}
