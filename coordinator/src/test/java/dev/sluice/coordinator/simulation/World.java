package dev.sluice.coordinator.simulation;

import dev.sluice.coordinator.fold.BlockSnapshot;
import dev.sluice.coordinator.fold.FoldOutput;
import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sluice over a simulated log: the production ledger and fold, simulated workers, one seed that
 * chooses who moves next and who dies. Logs survive everything; processes lose their memory.
 */
final class World {

  static final int PARTITIONS = 2;
  static final int FLOATS = 21;
  static final int BLOCK_FLOATS = 8;
  static final int BLOCKS = 3;
  static final String LANE = "cpu";
  static final String ENGINE = "engine";

  private static final LedgerLimits LIMITS =
      new LedgerLimits(50, 1_000, 5_000, 5_000, 10, 100, 3, 4);

  final SplittableRandom random;
  final List<SimulatedWorker> workers = new ArrayList<>();
  final List<List<JobEvent>> jobs = logs();
  final List<List<GradientRecord>> gradients = logs();
  final List<Queued> tasks = new ArrayList<>();
  final Set<String> stopped = new HashSet<>();
  final Map<String, float[]> exported = new HashMap<>();
  final Map<String, JobState> ended = new TreeMap<>();
  long nowMs = 1_000;

  private final List<Map<String, StoredState>> jobStates = new ArrayList<>();
  private final LedgerState[] ledgers = new LedgerState[PARTITIONS];
  private final int[] decided = new int[PARTITIONS];
  private final PartitionFold[] folds = new PartitionFold[PARTITIONS];
  private final int[] folded = new int[PARTITIONS];
  private final List<Map<String, BlockSnapshot>> checkpoints = new ArrayList<>();
  private final int[] checkpointed = new int[PARTITIONS];
  private final Ledger ledger = new Ledger(LIMITS, new Admission(Catalogue.builtIn(), Aim.FINISH));

  /**
   * A task in its lane.
   *
   * @param task what
   * @param delivery how often it was delivered before
   */
  record Queued(Task task, int delivery) {}

  World(long seed) {
    random = new SplittableRandom(seed);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      jobStates.add(new TreeMap<>());
      ledgers[partition] = new LedgerState();
      folds[partition] = new PartitionFold(partition, PARTITIONS);
      checkpoints.add(new TreeMap<>());
    }
  }

  private static <T> List<List<T>> logs() {
    var logs = new ArrayList<List<T>>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      logs.add(new ArrayList<>());
    }
    return logs;
  }

  /** A client or a worker writes to the ledger; sometimes a retry writes twice. */
  void tell(JobEvent event) {
    var key = Ledger.key(event).orElse("");
    var log = jobs.get(Topic.partition(key, PARTITIONS));
    log.add(event);
    if (random.nextInt(10) == 0) {
      log.add(event);
    }
  }

  void append(String jobId, int block, GradientEntry entry) {
    gradients
        .get(Arithmetic.partition(jobId, block, PARTITIONS))
        .add(new GradientRecord(jobId, entry));
  }

  /** Decides on some records of a partition, in a transaction that may not come about. */
  void decide(int partition, boolean crash) {
    var log = jobs.get(partition);
    int until = Math.min(log.size(), decided[partition] + 1 + random.nextInt(4));
    var written = new TreeMap<String, StoredState>();
    var effects = new ArrayList<Effect>();
    for (int at = decided[partition]; at < until; at++) {
      var decision = ledger.decide(ledgers[partition], log.get(at), new Moment(nowMs, fleet()));
      decision.changes().values().forEach(this::check);
      decision.changes().values().forEach(ledgers[partition]::apply);
      written.putAll(decision.changes());
      effects.addAll(decision.effects());
    }
    if (crash) {
      recoverLedger(partition);
      return;
    }
    jobStates.get(partition).putAll(written);
    decided[partition] = until;
    written.values().forEach(this::noteEnd);
    effects.forEach(this::carryOut);
  }

  private void recoverLedger(int partition) {
    ledgers[partition] = new LedgerState();
    jobStates.get(partition).values().forEach(ledgers[partition]::apply);
  }

  /** Invariant: a job that ended never changes again. */
  private void check(StoredState state) {
    if (state instanceof JobState job && ended.containsKey(job.jobId())) {
      throw new AssertionError("Job " + job.jobId() + " changed after its end: " + job.status());
    }
  }

  private void noteEnd(StoredState state) {
    if (state instanceof JobState job && LedgerState.terminal(job.status())) {
      ended.put(job.jobId(), job);
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Dispatch dispatch -> tasks.add(new Queued(dispatch.task(), 0));
      case Effect.Control control -> stopped.add(control.control().jobId());
      case Effect.Tell tell -> tell(tell.event());
      case Effect.TellAll tell -> jobs.forEach(log -> log.add(tell.event()));
      case Effect.Fold fold ->
          gradients.forEach(log -> log.add(new GradientRecord(fold.jobId(), small(fold.entry()))));
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

  /** Folds some records of a partition. */
  void fold(int partition) {
    int until =
        Math.min(gradients.get(partition).size(), folded[partition] + 1 + random.nextInt(4));
    replay(partition, until, true);
  }

  /** Writes a checkpoint; everything before it could be trimmed. */
  void checkpoint(int partition) {
    for (var snapshot : folds[partition].snapshotChanged()) {
      var head = snapshot.head();
      checkpoints.get(partition).put(Topic.blockKey(head.jobId(), head.block()), snapshot);
    }
    for (var jobId : folds[partition].takeEnded()) {
      checkpoints.get(partition).keySet().removeIf(key -> key.startsWith(jobId + "/"));
    }
    checkpointed[partition] = folded[partition];
  }

  /** The owner of a fold partition dies; another one restores and replays. */
  void killFold(int partition) {
    int end = folded[partition];
    folds[partition] = new PartitionFold(partition, PARTITIONS);
    checkpoints.get(partition).values().forEach(folds[partition]::restore);
    folded[partition] = checkpointed[partition];
    replay(partition, end, false);
    folds[partition].republishAll(this::carryOut);
  }

  private void replay(int partition, int until, boolean publish) {
    var log = gradients.get(partition);
    while (folded[partition] < until) {
      folds[partition].apply(
          log.get(folded[partition]),
          output -> {
            if (publish || !(output instanceof FoldOutput.Publish)) {
              carryOut(output);
            }
          });
      folded[partition]++;
    }
  }

  private void carryOut(FoldOutput output) {
    switch (output) {
      case FoldOutput.Publish(ParameterBlock block) ->
          workers.forEach(worker -> worker.receive(block));
      case FoldOutput.Progress(var report, boolean milestone) -> tell(report);
      case FoldOutput.Failure(var report) -> tell(report);
      case FoldOutput.Rejected(var jobId, var cause) ->
          throw new AssertionError(jobId + ": " + cause.why());
    }
  }

  @Nullable Queued takeTask() {
    return tasks.isEmpty() ? null : tasks.remove(random.nextInt(tasks.size()));
  }

  private Fleet fleet() {
    long held = workers.stream().mapToInt(SimulatedWorker::holding).sum();
    return new Fleet(
        workers.stream()
            .map(
                w ->
                    new WorkerHeartbeat(
                        w.name,
                        LANE,
                        "host-cpu",
                        false,
                        ENGINE,
                        "",
                        0,
                        w.holding(),
                        List.of(),
                        0,
                        0,
                        0,
                        false,
                        0))
            .toList(),
        Map.of(LANE, tasks.size() + held),
        0);
  }

  /** States of a job as the topic holds them. */
  Map<String, StoredState> stored(String jobId) {
    return jobStates.get(Topic.partition(jobId, PARTITIONS));
  }

  /** Tasks whose time is up, as a coordinator's clock would find them. */
  void tick() {
    nowMs += random.nextInt(100);
    for (var state : ledgers) {
      ledger.stalled(state, new Moment(nowMs, fleet())).forEach(this::tell);
    }
  }
}
