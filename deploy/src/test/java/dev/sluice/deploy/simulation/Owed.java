package dev.sluice.deploy.simulation;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.ParameterBlock;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What somebody waits for, who owes it, and when it is overdue. So a run that goes on for ever says
 * who it waits for, by the name of what does not hold.
 */
final class Owed {

  /**
   * One answer may be lost with the fold that was about to give it, or wait while that one hangs;
   * so many in a row, each asked for after the one before was given up, may not.
   */
  private static final int UNANSWERED_MAX = 8;

  /** A ledger looks for what doesn't move every second, and says so again after five. */
  private static final int LOOKS_MAX = 100;

  private static final long LOOK_MS = 1_000;

  private final World world;
  private final Map<String, Map<Integer, Long>> newest = new HashMap<>();
  private final Map<String, Unanswered> unanswered = new HashMap<>();
  private final Set<String> stopped = new HashSet<>();
  private final Map<Integer, Map<String, Integer>> overdue = new HashMap<>();
  private final Map<Integer, Long> lookedMs = new HashMap<>();

  /**
   * Questions in a row that were not answered.
   *
   * @param untilMs when the last of them was given up
   */
  private record Unanswered(int count, long untilMs) {}

  Owed(World world) {
    this.world = world;
  }

  // ---- parameters

  /** A worker asks for the parameters of a job, or for the state of its fold. */
  final class Question {
    private final String worker;
    private final String jobId;
    private final boolean folds;
    private final long askedMs = world.steadyMs;
    private final long wholeBefore;
    private final Map<Integer, Integer> places = new TreeMap<>();
    private final Map<Long, BitSet> sent = new TreeMap<>();
    private final BitSet states = new BitSet();
    private boolean answered;

    private Question(String worker, String jobId, boolean folds) {
      this.worker = worker;
      this.jobId = jobId;
      this.folds = folds;
      this.wholeBefore = whole(jobId);
    }

    /** It has reached the fold's log. */
    void stands(int partition, int offset) {
      places.putIfAbsent(partition, offset);
    }

    /** The state of a block is on its way to the worker. */
    void sent(BlockSnapshot state) {
      states.set(state.head().block());
      answered |= folds && states.cardinality() == World.VECTOR.count();
    }

    /** A block is on its way to the worker. */
    void sent(ParameterBlock block) {
      if (!answered && !folds) {
        var blocks = sent.computeIfAbsent(block.generation(), generation -> new BitSet());
        blocks.set(block.block());
        answered = blocks.cardinality() == World.VECTOR.count();
      }
    }

    private boolean isFolded() {
      return places.size() == partitions(jobId)
          && places.entrySet().stream()
              .allMatch(place -> world.hasFolded(place.getKey(), place.getValue()));
    }
  }

  private static int partitions(String jobId) {
    return World.VECTOR.inEachPartition(jobId, World.PARTITIONS).size();
  }

  Question asks(String worker, String jobId, boolean folds) {
    return new Question(worker, jobId, folds);
  }

  /** Parameters are published. */
  void published(ParameterBlock block) {
    newest
        .computeIfAbsent(block.jobId(), job -> new HashMap<>())
        .merge(block.block(), block.generation(), Math::max);
  }

  /** Whether no later generation of a block was published. */
  boolean isNewest(ParameterBlock block) {
    return newest.getOrDefault(block.jobId(), Map.of()).getOrDefault(block.block(), -1L)
        <= block.generation();
  }

  /** Newest generation of which each block was published, by whomever; -1: none. */
  private long whole(String jobId) {
    var blocks = newest.getOrDefault(jobId, Map.of());
    return blocks.size() < World.VECTOR.count()
        ? -1
        : blocks.values().stream().mapToLong(generation -> generation).min().orElse(-1);
  }

  /** Folds are told to let a job go. */
  void stopped(String jobId) {
    stopped.add(jobId);
  }

  /** Whoever asked has waited, and asks again. */
  void waited(@Nullable Question question) {
    if (question == null) {
      return;
    }
    var jobId = question.jobId;
    if (question.answered) {
      unanswered.remove(jobId);
      return;
    }
    var before = unanswered.getOrDefault(jobId, new Unanswered(0, Long.MIN_VALUE));
    boolean there = question.folds || question.wholeBefore >= 0;
    boolean due = there && !stopped.contains(jobId) && question.isFolded();
    if (due && question.askedMs >= before.untilMs) {
      unanswered.put(jobId, new Unanswered(before.count + 1, world.steadyMs));
      if (before.count + 1 == UNANSWERED_MAX) {
        throw broken(
            "whoever asks for parameters is answered: the folds owe "
                + (question.worker + " generation " + question.wholeBefore + " of " + jobId)
                + (" or a later one, which it has asked for at " + question.places)
                + ("; it was sent blocks " + question.sent + " and states " + question.states));
      }
    }
  }

  // ---- tasks

  /** The ledger of a partition has read all that there is, and these jobs are under way. */
  void looked(int partition, Collection<Job> jobs) {
    if (world.steadyMs - lookedMs.getOrDefault(partition, -LOOK_MS) < LOOK_MS) {
      return;
    }
    lookedMs.put(partition, world.steadyMs);
    var before = overdue.getOrDefault(partition, Map.of());
    var now = new HashMap<String, Integer>();
    for (var job : jobs) {
      for (var task : job.open()) {
        if (task.deadlineMs() > 0 && task.deadlineMs() <= world.nowMs) {
          var attempt = attempt(job.jobId(), task.taskId(), task.attempt());
          int looks = before.getOrDefault(attempt, 0) + 1;
          now.put(attempt, looks);
          if (looks == LOOKS_MAX) {
            throw broken(
                "a task whose time is up is looked for: the ledger of partition "
                    + (partition + " owes it another attempt or an end, as " + attempt)
                    + (" was due at " + task.deadlineMs() + ", and it has looked " + looks)
                    + " times since");
          }
        }
      }
    }
    overdue.put(partition, now);
  }

  private static String attempt(String jobId, String taskId, int attempt) {
    return "attempt " + attempt + " of " + jobId + "/" + taskId;
  }

  private InvariantBroken broken(String what) {
    return new InvariantBroken("seed " + world.seed, what, null);
  }
}
