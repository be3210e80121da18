package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The topics that only the ledger writes: states and facts of jobs, what is told to workers of
 * them, and the history that ended jobs leave for. Each has what its last records say.
 */
final class LedgerTopics {

  private record Stored(String key, @Nullable StoredState state) {}

  private record Known(String key, @Nullable JobFacts fact) {}

  private record Told(String key, @Nullable JobControl control, @Nullable EndedJobs ended) {}

  private final World world;
  private final List<PartitionLog<Stored>> stateLogs = new ArrayList<>();
  private final List<Map<String, StoredState>> states = new ArrayList<>();
  private final long[] decided;
  private final List<PartitionLog<Known>> factLogs = new ArrayList<>();
  private final List<Map<String, JobFacts>> facts = new ArrayList<>();
  private final List<PartitionLog<ClosedJob>> historyLogs = new ArrayList<>();
  private final List<PartitionLog<EndedPrediction>> predictionLogs = new ArrayList<>();
  private final Map<String, ClosedJob> history = new TreeMap<>();
  private final PartitionLog<Told> controlLog = new PartitionLog<>("controls", this::spread);
  private final Map<String, JobControl> controls = new TreeMap<>();
  private final Map<String, EndedJobs> ended = new TreeMap<>();

  /**
   * @param world whose workers hear of what is committed
   * @param partitions of each topic but that of controls, which has one
   */
  LedgerTopics(World world, int partitions) {
    this.world = world;
    decided = new long[partitions];
    for (int partition = 0; partition < partitions; partition++) {
      var view = new TreeMap<String, StoredState>();
      states.add(view);
      stateLogs.add(new PartitionLog<>("states-" + partition, stored -> apply(stored, view)));
      var known = new TreeMap<String, JobFacts>();
      facts.add(known);
      factLogs.add(new PartitionLog<>("facts-" + partition, fact -> apply(fact, known)));
      predictionLogs.add(new PartitionLog<>("predictions-" + partition, world.invariants::ended));
      historyLogs.add(
          new PartitionLog<>("history-" + partition, past -> history.put(past.jobId(), past)));
    }
  }

  Map<String, StoredState> states(int partition) {
    return states.get(partition);
  }

  Map<String, JobFacts> facts(int partition) {
    return facts.get(partition);
  }

  /** A job that has left, as the history has it. */
  @Nullable ClosedJob past(String jobId) {
    return history.get(jobId);
  }

  /** Whether workers are told to do nothing about a task. */
  boolean isVoid(Task task) {
    var control = controls.get(task.jobId());
    return (control != null && task.epoch() < control.epoch())
        || ended.values().stream()
            .flatMap(record -> record.jobs().stream())
            .anyMatch(job -> job.jobId().equals(task.jobId()));
  }

  // ---- what the ledger commits

  /** A transaction was committed whose cursor is at an offset of {@code sluice.jobs}. */
  void decided(int partition, long next) {
    decided[partition] = Math.max(decided[partition], next);
  }

  /** Offset up to which transactions were committed. */
  long decided(int partition) {
    return decided[partition];
  }

  void store(Transactions.Producer producer, int partition, String key, StoredState state) {
    producer.send(stateLogs.get(partition), new Stored(key, state));
  }

  void remove(Transactions.Producer producer, int partition, String key) {
    producer.send(stateLogs.get(partition), new Stored(key, null));
  }

  void know(Transactions.Producer producer, int partition, JobFacts fact) {
    producer.send(factLogs.get(partition), new Known(FactPart.key(fact), fact));
  }

  void tell(Transactions.Producer producer, JobControl control) {
    producer.send(controlLog, new Told(control.jobId(), control, null));
  }

  /** A job that had its rows itself has ended. */
  void end(Transactions.Producer producer, int partition, EndedPrediction ended) {
    producer.send(predictionLogs.get(partition), ended);
  }

  /** A job leaves for the history. */
  void archive(Transactions.Producer producer, int partition, ClosedJob job) {
    if (world.mutation != Mutation.HISTORY_NOT_WRITTEN) {
      producer.send(historyLogs.get(partition), job);
    }
    remove(producer, partition, job.jobId());
    remove(producer, partition, StateKeys.curve(job.jobId()));
    job.chunks().forEach(chunk -> remove(producer, partition, StateKeys.of(chunk)));
    for (var part : FactPart.values()) {
      producer.send(factLogs.get(partition), new Known(part.key(job.jobId()), null));
    }
    producer.send(controlLog, new Told(job.jobId(), null, null));
  }

  /**
   * It is remembered which jobs have ended.
   *
   * @param kept false: it is not any more
   */
  void remember(Transactions.Producer producer, EndedJobs record, boolean kept) {
    var value = kept ? record : null;
    producer.send(stateLogs.get(record.partition()), new Stored(StateKeys.of(record), value));
    producer.send(controlLog, new Told(StateKeys.of(record), null, value));
  }

  // ---- what was committed

  private void apply(Stored stored, Map<String, StoredState> view) {
    if (stored.state != null) {
      world.invariants.stored(stored.state);
      view.put(stored.key, stored.state);
      return;
    }
    world.invariants.removed(stored.key);
    if (world.mutation != Mutation.REMOVALS_FORGOTTEN) {
      view.remove(stored.key);
    }
  }

  private void apply(Known one, Map<String, JobFacts> known) {
    if (one.fact == null) {
      known.remove(one.key);
    } else {
      world.invariants.stored(one.fact);
      known.put(one.key, one.fact);
    }
    for (var worker : world.workers) {
      world.network.send("facts", worker.name, () -> learn(worker, one));
    }
  }

  private static void learn(SimulatedWorker worker, Known one) {
    if (one.fact == null) {
      worker.known.forgetFacts(FactPart.jobId(one.key));
    } else {
      worker.known.learn(one.fact);
    }
  }

  /** A control that was committed reaches every worker, each in its time. */
  private void spread(Told told) {
    if (told.control != null) {
      controls.put(told.key, told.control);
    } else if (told.ended != null) {
      ended.put(told.key, told.ended);
    } else {
      controls.remove(told.key);
      ended.remove(told.key);
    }
    for (var worker : world.workers) {
      world.network.send("controls", worker.name, () -> learn(worker, told));
    }
  }

  private static void learn(SimulatedWorker worker, Told told) {
    if (told.control != null) {
      worker.known.learn(told.control);
    } else if (told.ended != null) {
      worker.known.learn(told.key, told.ended);
    } else if (StateKeys.isEnded(told.key)) {
      worker.known.forgetEnded(told.key);
    } else {
      worker.known.forgetControl(told.key);
    }
  }

  /** A worker that begins reads which jobs have ended, and what is known of the others. */
  void read(SimulatedWorker worker) {
    controls.values().forEach(worker.known::learn);
    ended.forEach(worker.known::learn);
    facts.forEach(known -> known.values().forEach(worker.known::learn));
  }
}
