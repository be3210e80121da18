package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.JobJoin;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.ValidationCurve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of one partition of the ledger: what {@code sluice.job-states} holds for it. It changes
 * in one place, {@link #apply}, by the very records that recovery reads back.
 */
public final class LedgerState {

  private final Map<String, ManifestChunk> chunks = new HashMap<>();
  private final Map<String, ModelName> models = new HashMap<>();
  private final Map<String, Lane> lanes = new TreeMap<>();
  private final Map<String, Job> active = new TreeMap<>();
  private final Map<String, ClosedJob> closed = new LinkedHashMap<>();
  private final PastJobs past = new PastJobs();

  /** Jobs that have their rows themselves, and have not ended. */
  private final Map<String, OpenPrediction> predictions = new LinkedHashMap<>();

  /** Those of them that have ended, and are about to be remembered with the {@link #past} ones. */
  private final Map<String, EndedJob> ended = new LinkedHashMap<>();

  // What follows from the above, kept so that nobody has to go through all jobs for it.
  private final Map<LaneQueue, Long> latestBegun = new HashMap<>();
  private final HeldJobs held = new HeldJobs();
  private final Map<LaneQueue, Long> latestAnswered = new HashMap<>();
  private final LaneChoice choice = new LaneChoice();

  private LedgerCursor cursor = new LedgerCursor(0, -1);

  /** What is stored and not whole yet, while it is read. */
  private JobJoin stored = new JobJoin();

  /**
   * A job of which facts can't be read.
   *
   * @param job what follows its events
   * @param there the facts that can be read
   * @param curve what held-out rows showed
   */
  public record Lacking(JobState job, Map<FactPart, JobFacts> there, ValidationCurve curve) {

    /** Whether a fact is missing; otherwise it is the state that does not fit them. */
    boolean lacksFacts() {
      return Arrays.stream(FactPart.values())
          .anyMatch(part -> part.in(job.facts()) != digest(part));
    }

    /** What a part is referred to by, where it can be read; otherwise 0. */
    long digest(FactPart part) {
      var facts = there.get(part);
      return facts == null ? 0 : facts.digest();
    }
  }

  /** Takes a decision over. */
  public void apply(Decision decision) {
    decision.changes().values().stream()
        .filter(state -> !decision.jobs().containsKey(StateKeys.of(state)))
        .filter(state -> !(state instanceof ValidationCurve)) // a job has it
        .forEach(this::apply);
    decision.jobs().values().forEach(this::put);
    decision.removals().forEach(this::remove);
    decision.begun().forEach((queue, issuedMs) -> latestBegun.merge(queue, issuedMs, Math::max));
    decision.predictions().forEach((id, gone) -> ended.put(id, remembered(gone)));
    var answered = decision.answered();
    if (answered != null) {
      latestAnswered.merge(
          new LaneQueue(answered.lane(), Predictions.TASK, answered.spec().priority()),
          answered.updatedMs(),
          Math::max);
    }
  }

  private static EndedJob remembered(EndedPrediction job) {
    return new EndedJob(
        job.jobId(), job.status(), job.submittedMs(), job.finishedMs(), job.finishedMs(), true);
  }

  /** Takes a state over, as it is stored; a job's waits for {@link #apply(JobFacts) its facts}. */
  public void apply(StoredState state) {
    switch (state) {
      case JobState job -> stored.take(job).ifPresent(this::put);
      case ManifestChunk chunk -> chunks.put(StateKeys.of(chunk), chunk);
      case ValidationCurve curve -> stored.take(curve).ifPresent(this::put);
      case ModelEntry model -> named(model.name()).apply(model);
      case ModelVersion version -> named(version.name()).apply(version);
      case ModelPlace place -> named(place.name()).apply(place);
      case Lane lane -> lanes.put(lane.lane(), lane);
      case LedgerCursor moved -> cursor = moved;
      case EndedJobs record -> past.apply(record);
      case OpenPrediction job -> {
        if (!past.contains(job.jobId()) && job.isSound()) {
          predictions.put(job.jobId(), job);
        }
      }
    }
  }

  /** Takes over that a state is no more, by its key. */
  public void remove(String key) {
    var model = StateKeys.ofModel(key);
    if (model.isPresent()) {
      named(model.get().name()).remove(model.get());
    } else if (StateKeys.isEnded(key)) {
      past.remove(key);
    } else if (chunks.remove(key) == null) {
      forget(key);
    }
  }

  private ModelName named(String model) {
    return models.computeIfAbsent(model, ModelName::new);
  }

  /** Takes facts of a job over, as they are stored, after all states. */
  public void apply(JobFacts facts) {
    stored.take(facts).ifPresent(this::put);
  }

  /** A fact was removed, before the next ones that are applied. */
  public void forget(String jobId, FactPart part) {
    stored.forget(jobId, part);
  }

  /**
   * Everything that is stored has been applied. A job that has ended stays as it did, whatever is
   * lost. Of one that has left a slow reader may have met records whose removal was gone before it
   * came there: they count for nothing.
   *
   * @return jobs that have not ended and lack facts
   */
  public List<Lacking> loaded() {
    var lacking = new ArrayList<Lacking>();
    chunks.keySet().removeIf(key -> past.contains(FactPart.jobId(key)));
    predictions.keySet().removeIf(past::contains);
    for (var job : stored.lacking()) {
      if (past.contains(job.jobId())) {
        continue;
      }
      var there = stored.there(job);
      if (terminal(job.status())) {
        close(job, there.values(), stored.curve(job));
      } else {
        lacking.add(new Lacking(job, there, stored.curve(job)));
      }
    }
    stored = new JobJoin();
    return lacking;
  }

  /** Takes over how a job has ended that was given up for what it lacks. */
  public void gaveUp(Lacking lacking, Decision decision) {
    if (decision.changes().get(lacking.job().jobId()) instanceof JobState ended) {
      close(
          ended,
          Stream.concat(lacking.there().values().stream(), decision.facts().values().stream())
              .filter(facts -> FactPart.of(facts.fact()).in(ended.facts()) == facts.digest())
              .toList(),
          lacking.curve());
    }
  }

  private void close(JobState ended, Collection<JobFacts> facts, ValidationCurve curve) {
    closed.put(ended.jobId(), new ClosedJob(ended, List.copyOf(facts), curve, chunks(ended)));
  }

  private void put(Job job) {
    if (past.contains(job.jobId())) {
      return;
    }
    if (terminal(job.status())) {
      active.remove(job.jobId());
      stored.forget(job.jobId());
      closed.put(job.jobId(), ClosedJob.of(job, chunks(job.state())));
    } else {
      active.put(job.jobId(), job);
      noteBegun(job);
    }
  }

  private List<ManifestChunk> chunks(JobState job) {
    var inference = job.inference();
    if (inference == null) {
      return List.of();
    }
    int count = Math.ceilDiv(inference.tasks(), InferenceJob.RANGES_PER_CHUNK);
    return IntStream.range(0, count)
        .mapToObj(chunk -> chunks.get(StateKeys.chunk(job.jobId(), chunk)))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Whether nothing can happen to a job any more. */
  public static boolean terminal(JobStatus status) {
    return switch (status) {
      case SUCCEEDED, FAILED, CANCELLED, REFUSED -> true;
      case HELD, RESOLVING, PREPARING, RUNNING, EXPORTING, REGISTERING -> false;
    };
  }

  /** The next record of {@code sluice.jobs} to decide on. */
  public LedgerCursor cursor() {
    return cursor;
  }

  /** The job where it has not ended, otherwise null. */
  public @Nullable Job job(String jobId) {
    return active.get(jobId);
  }

  /** Whether the job has been submitted, ended or not. */
  boolean known(String jobId) {
    return active.containsKey(jobId)
        || predictions.containsKey(jobId)
        || closed.containsKey(jobId)
        || ended.containsKey(jobId)
        || past.contains(jobId);
  }

  /** The job where it has its rows itself and has not ended, otherwise null. */
  @Nullable OpenPrediction prediction(String jobId) {
    return predictions.get(jobId);
  }

  /** Jobs that have their rows themselves, and have not ended. */
  public Collection<OpenPrediction> predictions() {
    return predictions.values();
  }

  /** Lanes for them. */
  LaneChoice choice() {
    return choice;
  }

  /**
   * When the latest of a lane's tasks with rows that was answered had been dispatched; {@link
   * Long#MIN_VALUE} where none has been.
   */
  long latestAnswered(String lane, Priority priority) {
    return latestAnswered.getOrDefault(
        new LaneQueue(lane, Predictions.TASK, priority), Long.MIN_VALUE);
  }

  /**
   * What is remembered of jobs that have ended and are gone with that, as the records that say so.
   */
  public List<EndedJobs> endedAndGone(int partition) {
    return ended.isEmpty() ? List.of() : past.with(partition, List.copyOf(ended.values()));
  }

  /** Takes over that this is remembered. */
  public void goneWith(List<EndedJobs> remembered) {
    remembered.forEach(past::apply);
    ended.clear();
  }

  /** Which jobs have left for the history. */
  public PastJobs past() {
    return past;
  }

  /** Number of jobs that have ended and stay. */
  public int closed() {
    return closed.size();
  }

  /**
   * Jobs that leave for the history, in the order in which they ended: those that ended before a
   * moment, and whatever is beyond a number.
   *
   * @param stayMax most jobs that have ended and stay
   * @param countMax most jobs to give
   * @param chunksMax most chunks of manifests of all of them together; one job may have more
   */
  public List<ClosedJob> leaving(long beforeMs, int stayMax, int countMax, int chunksMax) {
    int beyond = closed.size() - stayMax;
    if (closed.isEmpty()) {
      return List.of();
    }
    var oldest =
        closed.values().stream()
            .sorted(
                Comparator.<ClosedJob>comparingLong(job -> job.state().finishedMs())
                    .thenComparing(ClosedJob::jobId))
            .limit(countMax)
            .toList();
    long due = oldest.stream().filter(job -> job.state().finishedMs() < beforeMs).count();
    var leaving = oldest.subList(0, Math.min(oldest.size(), Math.max((int) due, beyond)));
    int count = 0;
    int chunks = 0;
    for (var job : leaving) {
      chunks += job.chunks().size();
      if (count > 0 && chunks > chunksMax) {
        break;
      }
      count++;
    }
    return leaving.subList(0, count);
  }

  /** What is remembered once jobs have left, at that time, as the records that say so. */
  public List<EndedJobs> remembered(int partition, List<ClosedJob> leaving, long leftMs) {
    return past.with(partition, leaving.stream().map(job -> job.remembered(leftMs)).toList());
  }

  /** Takes over that jobs have left. */
  public void left(List<ClosedJob> jobs, List<EndedJobs> remembered) {
    remembered.forEach(past::apply);
    for (var job : jobs) {
      closed.remove(job.jobId());
      job.chunks().forEach(chunk -> chunks.remove(StateKeys.of(chunk)));
    }
  }

  /** What is remembered of jobs that have all ended before a moment. */
  public List<EndedJobs> pastBefore(long beforeMs) {
    return past.before(beforeMs);
  }

  /** Forgets a job of which nothing is stored any more. */
  public void forget(String jobId) {
    closed.remove(jobId);
    active.remove(jobId);
    predictions.remove(jobId);
    stored.forget(jobId);
  }

  /** Jobs that have not ended, by id. */
  public Collection<Job> activeJobs() {
    return active.values();
  }

  /** Lanes that are declared. */
  public Collection<Lane> lanes() {
    return lanes.values();
  }

  @Nullable Lane lane(String name) {
    return lanes.get(name);
  }

  /** What is known of a model's name; not to be changed. */
  ModelName model(String name) {
    var known = models.get(name);
    return known == null ? new ModelName(name) : known;
  }

  ManifestChunk chunk(String jobId, int chunk) {
    return chunks.getOrDefault(
        StateKeys.chunk(jobId, chunk),
        new ManifestChunk(jobId, chunk, List.of(), Measured.NOTHING));
  }

  /** Where a task waits or runs. */
  static String lane(Job job, OpenTask task) {
    return task.lane().isEmpty() ? job.lane() : task.lane();
  }

  private void noteBegun(Job job) {
    for (var task : job.open()) {
      if (task.deadlineMs() > 0) {
        latestBegun.merge(
            new LaneQueue(lane(job, task), engine(job), job.spec().priority()),
            task.issuedMs(),
            Math::max);
      }
    }
  }

  /**
   * When the latest of a queue's tasks that have begun was dispatched, of all that were open since
   * the partition was taken over; {@link Long#MIN_VALUE} where none has begun.
   */
  long latestBegun(LaneQueue queue) {
    return latestBegun.getOrDefault(queue, Long.MIN_VALUE);
  }

  /** Its jobs that wait for a lane which can run them. */
  HeldJobs held() {
    return held;
  }

  /** Engine that a job is pinned to; empty: any. */
  static String engine(Job job) {
    return job.training() == null ? "" : job.training().engine();
  }
}
