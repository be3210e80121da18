package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The topics, and the processes that work on them. Topics survive everything. */
final class World {

  static final int PARTITIONS = 2;
  static final int FLOATS = 21;
  static final int BLOCK_FLOATS = 8;
  static final int BLOCKS = 3;
  static final String ENGINE = "engine";
  static final List<String> LANES = List.of("a", "b");

  static final LedgerLimits LIMITS = new LedgerLimits(100, 15, 5_000, 60_000, 10, 3_000, 3, 4);

  /** Shards are late no sooner than this. */
  static final long LATE_MS = 50;

  /**
   * A record of {@code sluice.jobs}.
   *
   * @param event what
   * @param atMs when the broker appended it
   */
  record Appended(JobEvent event, long atMs) {}

  final long seed;
  final Mutation mutation;
  final SplittableRandom random;
  final Network network;
  final Invariants invariants;
  final Ledger ledger = new Ledger(LIMITS, new Admission(Catalogue.builtIn(), Aim.FINISH));
  final List<SimulatedWorker> workers = new ArrayList<>();
  long nowMs = 1_000_000;

  /** Of so many acknowledgements one is lost; 0: none. */
  int lossOneIn;

  private final List<List<Appended>> jobs = new ArrayList<>();
  private final List<Map<String, StoredState>> states = new ArrayList<>();
  private final List<GradientTopic> gradients = new ArrayList<>();
  private final Map<String, TaskLane> lanes = new TreeMap<>();
  private final Map<String, JobControl> controls = new TreeMap<>();
  private final Map<String, float[]> exported = new HashMap<>();
  private final int[] cursors = new int[PARTITIONS];
  private final int[] polled = new int[PARTITIONS];
  private final int[] ledgerEpochs = new int[PARTITIONS];
  private final int[] foldEpochs = new int[PARTITIONS];
  private final LedgerProcess[] ledgers = new LedgerProcess[PARTITIONS];
  private final FoldProcess[] folds = new FoldProcess[PARTITIONS];
  private final List<LedgerProcess> zombieLedgers = new ArrayList<>();
  private final List<FoldProcess> zombieFolds = new ArrayList<>();
  private Fleet seen = Fleet.EMPTY;
  private int workersBegun;
  private long heartbeats;

  World(long seed, Mutation mutation) {
    this.seed = seed;
    this.mutation = mutation;
    random = new SplittableRandom(seed);
    network = new Network(random);
    invariants = new Invariants(seed);
    LANES.forEach(lane -> lanes.put(lane, new TaskLane(random)));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      jobs.add(new ArrayList<>());
      states.add(new TreeMap<>());
      gradients.add(new GradientTopic());
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      ledgers[partition] = new LedgerProcess(this, partition);
      folds[partition] = new FoldProcess(this, partition);
    }
  }

  // ---- topics

  List<Appended> jobs(int partition) {
    return jobs.get(partition);
  }

  Map<String, StoredState> states(int partition) {
    return states.get(partition);
  }

  GradientTopic gradients(int partition) {
    return gradients.get(partition);
  }

  TaskLane lane(String lane) {
    var found = lanes.get(lane);
    if (found == null) {
      throw new AssertionError("a task was sent to lane " + lane);
    }
    return found;
  }

  int cursor(int partition) {
    return cursors[partition];
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
    network.send(
        sender,
        "jobs-" + partition,
        () -> {
          jobs.get(partition).add(new Appended(event, nowMs));
          stored.run();
        });
  }

  /** Sends a record to the fold of a block. */
  void contribute(String sender, String jobId, int block, GradientEntry entry) {
    int partition = Topic.partition(Topic.blockKey(jobId, block), PARTITIONS);
    network.send(
        sender,
        "gradients-" + partition,
        () -> gradients.get(partition).append(new GradientRecord(jobId, entry)));
  }

  /** Parameters reach every worker that listens, each in its time. */
  void publish(String sender, ParameterBlock block) {
    invariants.published(block);
    for (var worker : workers) {
      network.send(sender, worker.name, () -> worker.receive(block));
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

  void commit(int partition, Map<String, StoredState> written, int cursor) {
    written.values().forEach(invariants::stored);
    states.get(partition).putAll(written);
    cursors[partition] = cursor;
  }

  void carryOut(String sender, Effect effect) {
    switch (effect) {
      case Effect.Dispatch dispatch -> lane(dispatch.lane()).add(dispatch.task());
      case Effect.Control(var control) -> {
        controls.put(control.jobId(), control);
        for (var worker : workers) {
          network.send("controls", worker.name, () -> worker.receive(control));
        }
      }
      case Effect.Tell(var key, var event) ->
          jobs.get(Topic.partition(key, PARTITIONS)).add(new Appended(event, nowMs));
      case Effect.TellAll(var event) -> jobs.forEach(log -> log.add(new Appended(event, nowMs)));
      case Effect.Fold fold -> {
        boolean first =
            mutation == Mutation.STOP_IN_ONE_PARTITION && fold.entry() instanceof FoldStopped;
        for (var topic : first ? gradients.subList(0, 1) : gradients) {
          topic.append(new GradientRecord(fold.jobId(), small(fold.entry())));
        }
      }
      case Effect.Publish publish -> {}
      case Effect.Bury bury -> {}
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
            p.foldVersion())
        : entry;
  }

  // ---- processes

  int fenceLedger(int partition) {
    return ++ledgerEpochs[partition];
  }

  boolean isFencedLedger(int partition, int epoch) {
    return ledgerEpochs[partition] != epoch;
  }

  int fenceFold(int partition) {
    return ++foldEpochs[partition];
  }

  boolean isFencedFold(int partition, int epoch) {
    return foldEpochs[partition] != epoch;
  }

  LedgerProcess ledger(int partition) {
    return ledgers[partition];
  }

  FoldProcess fold(int partition) {
    return folds[partition];
  }

  /** The owner dies, or loses the partition without knowing it yet. */
  void replaceLedger(int partition, boolean zombie) {
    var old = ledgers[partition];
    if (zombie) {
      zombieLedgers.add(old);
    } else {
      network.cut(old.name());
    }
    ledgers[partition] = new LedgerProcess(this, partition);
  }

  void replaceFold(int partition, boolean zombie) {
    var old = folds[partition];
    if (zombie) {
      zombieFolds.add(old);
    } else {
      network.cut(old.name());
    }
    folds[partition] = new FoldProcess(this, partition);
  }

  /** A process that lost its partition goes on as long as it doesn't know. */
  void moveAZombie() {
    if (!zombieLedgers.isEmpty()) {
      var zombie = zombieLedgers.get(random.nextInt(zombieLedgers.size()));
      if (!zombie.act()) {
        zombieLedgers.remove(zombie);
      }
    }
    if (!zombieFolds.isEmpty()) {
      var zombie = zombieFolds.get(random.nextInt(zombieFolds.size()));
      switch (random.nextInt(4)) {
        case 0 -> zombie.checkpoint();
        case 1 -> zombieFolds.remove(zombie);
        default -> {
          if (!zombie.act()) {
            zombieFolds.remove(zombie);
          }
        }
      }
    }
  }

  void endZombies() {
    zombieLedgers.clear();
    zombieFolds.clear();
  }

  /** A worker is ready, and reads which jobs have ended. */
  void join(String lane) {
    var worker = new SimulatedWorker("worker-" + ++workersBegun, lane, this);
    controls.values().forEach(worker::receive);
    workers.add(worker);
  }

  void kill(SimulatedWorker worker) {
    workers.remove(worker);
    worker.die();
    network.forget(worker.name);
  }

  /** Workers are heard of, and lag is sampled; between, everyone believes what was so. */
  void lookAtFleet() {
    var waiting = new HashMap<String, Long>();
    lanes.forEach((lane, tasks) -> waiting.put(lane, (long) tasks.waiting()));
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
        0);
  }

  void restartBrokers() {
    lanes.values().forEach(TaskLane::restart);
  }

  /** Whether nothing is left to do for anybody. */
  boolean isQuiet() {
    return Stream.of(ledgers).allMatch(LedgerProcess::hasCaughtUp)
        && Stream.of(folds).allMatch(FoldProcess::hasCaughtUp)
        && lanes.values().stream().allMatch(lane -> lane.waiting() == 0)
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
