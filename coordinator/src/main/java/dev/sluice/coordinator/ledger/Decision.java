package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.StoredState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects what a decision changes, removes and sends. Of a key the last change counts. */
public final class Decision {

  private final Map<String, StoredState> changes = new LinkedHashMap<>();
  private final Set<String> removals = new LinkedHashSet<>();
  private final Map<String, JobFacts> facts = new LinkedHashMap<>();
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final List<Effect> effects = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private final List<OpenPrediction> again = new ArrayList<>();
  private final Map<String, EndedPrediction> predictions = new LinkedHashMap<>();
  private final Map<LaneQueue, Long> begun = new HashMap<>();
  private @Nullable OpenPrediction answered;

  /**
   * A job is told a model's version, as it is stored. The ledger's state knows which there are, and
   * not what they are: that is read from where it is stored.
   *
   * @param jobId which
   * @param model name of the model
   * @param version its number
   */
  public record Answer(String jobId, String model, int version) {}

  /** States that are new, by key. */
  public Map<String, StoredState> changes() {
    return changes;
  }

  /** Keys of states that are no more. */
  public Set<String> removals() {
    return removals;
  }

  /** Answers that are effects once the versions that they tell of are read. */
  public List<Answer> answers() {
    return answers;
  }

  /**
   * Makes effects of all answers.
   *
   * @param stored gives a version as it is stored
   */
  public void answer(BiFunction<String, Integer, ModelVersion> stored) {
    for (var answer : answers) {
      var version = stored.apply(answer.model(), answer.version());
      send(new Effect.Tell(answer.jobId(), new ModelResolved(answer.jobId(), version, null)));
    }
    answers.clear();
  }

  /**
   * Dispatches the tasks of jobs whose rows have to be read again, from where they were submitted.
   * Where that can't be the job fails.
   *
   * @param nowMs time of the decision
   * @param stored gives what was asked for, with the rows; null: it is there no more
   */
  public void dispatchAgain(long nowMs, Function<OpenPrediction, @Nullable PredictionSpec> stored) {
    for (var job : again) {
      var rows = stored.apply(job);
      if (rows == null) {
        end(Predictions.ended(job, JobStatus.FAILED, Predictions.rowsLost(job), nowMs));
      } else {
        send(Predictions.dispatch(job, rows, Predict.UNKNOWN));
      }
    }
    again.clear();
  }

  /** Jobs that had their rows themselves and have ended, by id. */
  public Map<String, EndedPrediction> predictions() {
    return predictions;
  }

  /** The job whose task was answered, as it was before; null: none was. */
  @Nullable OpenPrediction answered() {
    return answered;
  }

  /** When the latest of tasks that have begun was dispatched, by queue. */
  Map<LaneQueue, Long> begun() {
    return begun;
  }

  /** Facts of jobs that are new, by key: states and tasks refer to them. */
  public Map<String, JobFacts> facts() {
    return facts;
  }

  /** The jobs that have changed, by id. */
  public Map<String, Job> jobs() {
    return jobs;
  }

  /** What is to be sent, in order. */
  public List<Effect> effects() {
    return effects;
  }

  /** The {@link Topic#queue queues} that tasks go to. */
  public Set<String> lanes() {
    return effects.stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(Effect.Dispatch.class::cast)
        .map(Effect.Dispatch::queue)
        .collect(Collectors.toUnmodifiableSet());
  }

  void change(StoredState state) {
    changes.put(StateKeys.of(state), state);
  }

  void remove(String key) {
    removals.add(key);
  }

  void tell(Answer answer) {
    answers.add(answer);
  }

  void dispatchAgain(OpenPrediction job) {
    again.add(job);
  }

  void answered(OpenPrediction job) {
    answered = job;
  }

  /** A task has begun that was dispatched at a time, though its start may not have been said. */
  void begun(LaneQueue queue, long issuedMs) {
    begun.merge(queue, issuedMs, Math::max);
  }

  /** A job that had its rows itself has ended, and with that leaves. */
  void end(EndedPrediction ended) {
    changes.remove(ended.jobId());
    removals.add(ended.jobId());
    predictions.put(ended.jobId(), ended);
  }

  /** A job is as its draft is now. */
  void change(JobDraft draft) {
    var job = draft.changed();
    draft.freshFacts(job).forEach(this::know);
    if (!draft.measured().equals(job.curve())) {
      change(job.curve());
    }
    jobs.put(job.jobId(), job);
    change(job.state());
  }

  void know(JobFacts fresh) {
    facts.put(FactPart.key(fresh), fresh);
  }

  void send(Effect effect) {
    effects.add(effect);
  }
}
