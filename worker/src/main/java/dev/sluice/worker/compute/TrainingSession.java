package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.training.JobParameters;
import dev.sluice.worker.training.Patience;
import dev.sluice.worker.training.RetryDelay;
import dev.sluice.worker.training.TermGroup;
import dev.sluice.worker.training.TermNotice;
import dev.sluice.worker.training.Terms;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One job that this worker trains: its terms, its network and data, and its parameters as they
 * come. For the computing thread.
 */
final class TrainingSession implements AutoCloseable {

  private static final long INITIAL_MS = 2_000;

  /**
   * Doubled without a bound that matters, so that the log of a fold that stands still gets few
   * copies of a vector of any size: 12 in the first hour.
   */
  private static final long INITIAL_MS_MAX = 3_600_000;

  /** Parameters that exist have come by then to whoever begins to follow a job. */
  private static final long FIRST_STEP_MS = 3_000;

  private final String jobId;
  private final ShardGradients gradients;
  private final JobExchange exchange;
  private final JobParameters parameters;
  private final Terms terms = new Terms();
  private final Patience patience;
  private @Nullable RetryDelay initialAgain;
  private long idleSinceMs;
  private long samples;
  private long computedStep = -1;

  /**
   * @param jobId job
   * @param gradients its network and data; closed with the session
   * @param exchange takes contributions, and brings parameters; closed with the session
   * @param stallMs shortest wait that counts as a stall
   * @param nowMs the time
   */
  TrainingSession(
      String jobId, ShardGradients gradients, JobExchange exchange, long stallMs, long nowMs) {
    this.jobId = jobId;
    this.gradients = gradients;
    this.exchange = exchange;
    this.parameters = exchange.parameters();
    this.patience = new Patience(stallMs, nowMs);
    this.idleSinceMs = nowMs;
  }

  String jobId() {
    return jobId;
  }

  /** Samples computed so far. */
  long samples() {
    return samples;
  }

  /** Takes a term. */
  void hold(TermGroup group, long nowMs) {
    if (terms.isEmpty()) {
      patience.restarted(nowMs);
    }
    terms.hold(group);
  }

  /** Forgets a term. */
  void drop(String key, long nowMs) {
    terms.drop(key);
    idleSinceMs = nowMs;
  }

  /** Terms held. */
  List<String> keys() {
    return List.copyOf(terms.keys());
  }

  boolean isIdle() {
    return terms.isEmpty();
  }

  /** Since when no term is held, where none is. */
  long idleSinceMs() {
    return idleSinceMs;
  }

  /** Whether there are terms, and nothing has come to compute for too long. */
  boolean stalled(long nowMs) {
    return !terms.isEmpty() && patience.exhausted(nowMs);
  }

  /**
   * Whether nothing has come to compute for too long. Before its first step a worker is given more
   * time: parameters may still be on their way to it, and whatever may end it is yet to come.
   */
  boolean waitsForOthers(long nowMs) {
    return stalled(nowMs)
        && (terms.haveContributed() || nowMs - patience.movedMs() >= FIRST_STEP_MS);
  }

  /**
   * Computes the step that is due, if one is, for every group that has not contributed to it.
   *
   * @return whether anything was computed
   * @throws EngineException where the engine fails
   * @throws TaskProblem where contributions could not be stored
   */
  boolean advance(Clock clock) throws EngineException, TaskProblem {
    requireSent();
    if (parameters.newest() < 0) {
      sendInitialVector(clock.nowMs());
      return false;
    }
    if (terms.due(parameters.newest()).isEmpty()) {
      return false;
    }
    var generation = parameters.acquire();
    try {
      for (var group : terms.due(generation.generation())) {
        compute(group, generation, clock);
      }
    } finally {
      parameters.release();
    }
    if (generation.generation() > computedStep) {
      computedStep = generation.generation();
      patience.moved(clock.nowMs());
    } else {
      patience.helped(clock.nowMs());
    }
    return true;
  }

  private void compute(TermGroup group, JobParameters.Generation generation, Clock clock)
      throws EngineException {
    long began = clock.nanos();
    long step = generation.generation();
    var sum = gradients.compute(generation.flat(), step, group.shardFrom(), group.shards());
    long nanos = clock.nanos() - began;
    exchange.contribute(new GroupSum(step, group.shardFrom(), group.shards(), sum));
    gradients.recycle(sum);
    samples += sum.samples();
    terms.contributed(group.key(), step, sum.samples(), nanos);
  }

  /**
   * The initial vector is a pure function of seed and network, so whoever holds the first shards
   * sends it, as often as it takes: copies are identical.
   */
  private void sendInitialVector(long nowMs) {
    if (!terms.sendsInitialVector()) {
      return;
    }
    var again = initialAgain;
    if (again == null) {
      initialAgain = new RetryDelay(INITIAL_MS, INITIAL_MS_MAX, nowMs);
    } else if (!again.due(nowMs)) {
      return;
    }
    var initial = gradients.initial();
    exchange.contribute(new GroupSum(GroupSum.INITIAL_STEP, 0, 1, initial));
    gradients.recycle(initial);
  }

  /**
   * What the ledger is to be told now; terms that ended are no longer held.
   *
   * @throws TaskProblem where contributions of a term that ended could not be stored
   */
  List<TermNotice> notices(long nowMs) throws TaskProblem {
    var notices = terms.notices(parameters.newest(), nowMs);
    if (notices.stream().anyMatch(TermNotice.Ended.class::isInstance)) {
      // The report says that contributions are in the log, so they have to be there first.
      exchange.flush();
      idleSinceMs = nowMs;
      requireSent();
    }
    return notices;
  }

  /**
   * Ends every term where it is; the ledger gives the rest to whoever is free.
   *
   * @throws TaskProblem where contributions could not be stored, so that the terms are not done
   */
  List<TermNotice> endTerms(long nowMs) throws TaskProblem {
    if (terms.isEmpty()) {
      return List.of();
    }
    exchange.flush();
    requireSent();
    idleSinceMs = nowMs;
    return terms.endAll(parameters.newest());
  }

  private void requireSent() throws TaskProblem {
    var failure = exchange.failure();
    if (failure != null) {
      throw new TaskProblem(
          new Cause(
              Code.BROKERS_UNAVAILABLE,
              "sluice.gradients",
              "Contributions could not be stored.",
              String.valueOf(failure.getMessage()),
              "Check the brokers; the term is tried again."),
          true);
    }
  }

  @Override
  public void close() {
    gradients.close();
    exchange.close();
  }
}
