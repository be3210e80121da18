package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.JobJoin;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.ShardRun;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.ValidationCurve;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What must hold after every step; each is named in the message where it doesn't. */
final class Invariants {

  /** As {@code LeaseTable} has it. */
  private static final int SUSPECT_DELIVERIES = 3;

  /** As {@code InferenceJob} has it, where tasks come back soon. */
  private static final int OPEN_TIMES_MAX = 32;

  private final long seed;
  private final Map<String, Integer> published = new HashMap<>();
  private final Map<String, BitSet> contributed = new HashMap<>();
  private final JobJoin join = new JobJoin();
  private final Set<String> over = new HashSet<>();
  private final Map<String, Job> ended = new TreeMap<>();
  private final Map<String, EndedPrediction> predictions = new HashMap<>();
  private final Map<String, Long> facts = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private final Set<Task> dispatched = new HashSet<>();
  private boolean copied;
  private int tiny;

  Invariants(long seed) {
    this.seed = seed;
  }

  /** A job that has ended, as it ended; null: it has not. */
  @Nullable Job ended(String jobId) {
    return ended.get(jobId);
  }

  Map<String, Job> ended() {
    return ended;
  }

  /** A job that had its rows itself, as it has ended; null: it has not. */
  @Nullable EndedPrediction predicted(String jobId) {
    return predictions.get(jobId);
  }

  /** Whoever reads committed records sees how such a job has ended. */
  void ended(EndedPrediction job) {
    require(predictions.put(job.jobId(), job) == null, "a job ends once: " + job.jobId());
    var predicted = job.predicted();
    var cause = job.cause();
    if (predicted != null) {
      require(
          predicted.answers().predictions().equals(SimulatedJobs.answers(job.jobId())),
          "a job gets the answers to its own rows: " + job.jobId() + " got " + predicted);
    } else {
      require(
          cause != null && SimulatedJobs.mayFailWith(cause.code()),
          "a job fails for a reason that there is: " + job.jobId() + " for " + cause);
    }
  }

  /** Parameters of one generation are the same bits, whoever publishes them and how often. */
  void published(ParameterBlock block) {
    var key = block.jobId() + "/" + block.block() + "/" + block.generation();
    var before = published.putIfAbsent(key, block.crc());
    require(before == null || before == block.crc(), "same bits, always: " + key);
  }

  /**
   * A contribution is in the log. Whoever sent it has all of the generation that it is computed
   * from, so all that led there has to be there as well, or a block would wait for it for ever
   * while others have let that generation go.
   */
  void contributed(String jobId, Contribution contribution) {
    long step = contribution.step();
    int from = contribution.shardFrom();
    int to = from + contribution.shards();
    if (step > 0) {
      for (int block = 0; block < World.VECTOR.count(); block++) {
        int there = shards(jobId, block, step - 1).get(from, to).cardinality();
        require(
            there == to - from,
            "a step is in the log before its shards are in the next: " + jobId + " at " + step);
      }
    }
    if (step >= 0) {
      shards(jobId, contribution.block(), step).set(from, to);
    }
  }

  private BitSet shards(String jobId, int block, long step) {
    return contributed.computeIfAbsent(jobId + "/" + block + "/" + step, key -> new BitSet());
  }

  /** Whoever handles a record has handled all of them since its takeover. */
  void reads(String log, int due, int found) {
    require(due == found, "no record is passed over: " + log + "@" + found + " instead of " + due);
  }

  /**
   * Whoever decides on records has committed what it takes for decided, or somebody has before it.
   *
   * @param decided up to where it was committed
   * @param at from where it goes on
   */
  void follows(String log, long decided, Position at) {
    if (at.offset() > decided) {
      require(
          false,
          "what counts as decided is committed: "
              + (log + " up to " + decided + ", and its ledger goes on at " + at.offset()));
    }
  }

  /**
   * A worker reports the end of a task.
   *
   * @param underWay contributions to its job that are not in the log yet
   */
  void reports(TaskReported report, int underWay) {
    require(
        !(report.outcome() instanceof TermFinished) || underWay == 0,
        "what a term's report says is in the log: "
            + (report.jobId() + "/" + report.taskId() + " lacks " + underWay + " blocks"));
  }

  /**
   * A fold's checkpoint is about to be committed.
   *
   * @param underWay reports of what it goes beyond that may still be lost
   */
  void checkpoints(String fold, int underWay) {
    require(
        underWay == 0,
        "a checkpoint goes beyond no report that may be lost: " + fold + " lacks " + underWay);
  }

  /** A transaction that holds a task was committed. */
  void dispatched(Task task) {
    dispatched.add(task);
  }

  /** Something goes to the dead letters. */
  void buried(DeadLetter letter) {
    require(
        letter.reason() != DeadLetterReason.UNPROCESSABLE,
        "what workers and coordinators say is believed: " + letter.cause().why());
  }

  /** A worker begins a task. */
  void begun(Task task) {
    require(dispatched.contains(task), "workers see only what was committed: " + task.taskId());
  }

  /** A worker has got a task. */
  void seen(Task task, String engine) {
    require(
        task.engine().isEmpty() || task.engine().equals(engine),
        "no task comes to a worker with another engine: " + task.taskId());
  }

  /**
   * A worker has begun a task.
   *
   * @param beside other tasks that it has begun
   */
  void alone(Task task, int deliveries, int beside) {
    require(
        deliveries < SUSPECT_DELIVERIES || beside == 0,
        "what may have ended other workers runs alone: " + task.taskId());
  }

  /** A lock has run out of a worker that was last awake at a time. */
  void ranOut(String holder, long lockedUntilMs, long awakeMs) {
    require(
        lockedUntilMs - awakeMs >= SimulatedGroup.LOCK_MS / 3,
        "who is awake keeps its locks: " + holder);
  }

  /** A task was acknowledged. */
  void done(Task task, boolean known) {
    require(known, "what is acknowledged is reported, void or held twice: " + task.taskId());
  }

  /** A transaction was committed. */
  void committed(List<JobFacts> known, List<StoredState> states) {
    known.forEach(fact -> facts.put(FactPart.key(fact), fact.digest()));
    var last = new HashMap<String, StoredState>(); // no others are stored by the shell
    states.forEach(state -> last.put(StateKeys.of(state), state));
    for (var state : last.values()) {
      if (state instanceof JobState job) {
        for (var part : FactPart.values()) {
          long digest = part.in(job.facts());
          require(
              digest == 0 || facts.getOrDefault(part.key(job.jobId()), 0L) == digest,
              "what a state refers to is stored with it: " + part + " of " + job.jobId());
        }
      }
    }
  }

  /** Whoever reads committed records sees a fact. */
  void stored(JobFacts fact) {
    join.take(fact).ifPresent(this::whole);
  }

  private void whole(Job job) {
    if (LedgerState.terminal(job.status())) {
      ended.put(job.jobId(), job);
    }
  }

  /** Checks a state that a ledger commits. */
  void stored(StoredState state) {
    switch (state) {
      case JobState job -> {
        job(job);
        join.take(job).ifPresent(this::whole);
      }
      case ValidationCurve curve -> join.take(curve).ifPresent(this::whole);
      case ManifestChunk chunk -> answeredOnce(chunk);
      case ModelVersion version -> {
        int last = numbers.getOrDefault(version.name(), 0);
        require(version.version() > last, "a number is given once: " + StateKeys.of(version));
        require(version.version() == last + 1, "numbers are consecutive: " + StateKeys.of(version));
        numbers.put(version.name(), version.version());
      }
      case ModelEntry model ->
          require(
              model.lastVersion() == numbers.getOrDefault(model.name(), 0),
              "the last number is remembered: " + model);
      default -> {}
    }
  }

  /** The removal of a state was committed. */
  void removed(String key) {
    removed.add(key);
  }

  boolean isRemoved(String key) {
    return removed.contains(key);
  }

  /** A job was told a version that an earlier transaction had removed. */
  void toldOfRemoved(String key) {
    require(false, "no job is told a version that was deleted: " + key);
  }

  /** A worker begins a task, alone or with others of its batch. */
  void begins(boolean isTiny) {
    tiny += isTiny ? 1 : 0;
  }

  /** Tasks that began with others of their batch. */
  int tiny() {
    return tiny;
  }

  /** Whether a term ran twice because its worker was slow. */
  boolean copied() {
    return copied;
  }

  private void job(JobState job) {
    copied |= job.open().stream().anyMatch(OpenTask::copied);
    require(!over.contains(job.jobId()), "a job ends once: " + job.jobId() + " as " + job.status());
    boolean answers = job.inference() != null;
    require(
        !answers || job.open().size() <= OPEN_TIMES_MAX * World.OPEN_TASKS_MAX,
        "open tasks of an inference job are bounded: " + job.jobId());
    var training = job.training();
    if (training != null) {
      long perStep = training.shards().stream().mapToLong(ShardRun::shards).sum();
      var validation = training.validation();
      boolean closed = validation != null && validation.keptStep() >= 0;
      long stepsDone = training.generation() - (closed ? 1 : 0);
      require(
          training.samples() == stepsDone * perStep,
          "every sample counts once: " + job.jobId() + " has " + training.samples());
    }
    if (LedgerState.terminal(job.status())) {
      require(job.open().isEmpty(), "an ended job has no open tasks: " + job.jobId());
      over.add(job.jobId());
    }
  }

  private void answeredOnce(ManifestChunk chunk) {
    var ranges = new ArrayList<>(chunk.ranges());
    ranges.sort(Comparator.comparingLong(ResultRange::rowFrom));
    long next = 0;
    for (var range : ranges) {
      require(range.rowFrom() >= next, "every row is answered once: " + chunk);
      next = range.rowTo();
    }
  }

  /** Who folds for itself has got the state of a fold, and reads on. */
  void foldsOn(String jobId, long due, long from) {
    require(
        from <= due,
        "who folds for itself reads all that came after its state: "
            + (jobId + " from " + from + ", and not from " + due));
  }

  /** A fold's checkpoint is one that a takeover goes on from. */
  void restorable(BlockSnapshot stored) {
    require(stored.objection() == null, "what is stored of a fold fits: " + stored.objection());
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new InvariantBroken("seed " + seed, what, null);
    }
  }
}
