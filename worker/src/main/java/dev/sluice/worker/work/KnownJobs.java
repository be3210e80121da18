package dev.sluice.worker.work;

import dev.sluice.jobs.state.EndedJobIndex;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.Export;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobFact;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Quantise;
import dev.sluice.schemas.wire.ResolvedModel;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.Term;
import dev.sluice.schemas.wire.TrainingPlan;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger wants done with jobs, and what is known of those that have not ended. A task is
 * done with the very facts that it refers to, and never with those of an earlier job of its id.
 * Written by one thread, read by any.
 */
public final class KnownJobs {

  private record Facts(long submittedMs, @Nullable JobFacts spec, @Nullable JobFacts found) {

    Facts with(JobFacts fact, boolean isSpec) {
      boolean same = fact.submittedMs() == submittedMs;
      return new Facts(
          fact.submittedMs(),
          isSpec ? fact : same ? spec : null,
          isSpec ? (same ? found : null) : fact);
    }
  }

  private static final Facts NONE = new Facts(0, null, null);

  private final Map<String, JobControl> controls = new ConcurrentHashMap<>();
  private final Map<String, Facts> facts = new ConcurrentHashMap<>();

  /** Which have ended; guarded by itself. */
  private final EndedJobIndex ended = new EndedJobIndex();

  /** Takes a control over; of a job that is stopped no facts are needed any more. */
  public void learn(JobControl control) {
    controls.put(control.jobId(), control);
    facts.computeIfPresent(
        control.jobId(), (job, known) -> isOver(job, known.submittedMs()) ? null : known);
  }

  /** Takes facts over, as far as tasks need them. */
  public void learn(JobFacts fact) {
    var part = FactPart.of(fact.fact());
    boolean isSpec = part == FactPart.SPEC;
    if ((isSpec || part == FactPart.FOUND) && !isOver(fact.jobId(), fact.submittedMs())) {
      synchronized (ended) {
        ended.watch(fact.jobId());
      }
      facts.compute(
          fact.jobId(), (job, known) -> (known == null ? NONE : known).with(fact, isSpec));
    }
  }

  /** Takes over which jobs have ended, in place of what a record said before. */
  public void learn(String key, EndedJobs record) {
    List<EndedJob> told;
    synchronized (ended) {
      told = ended.put(key, record);
    }
    for (var job : told) {
      facts.computeIfPresent(
          job.jobId(), (id, known) -> known.submittedMs() == job.submittedMs() ? null : known);
    }
  }

  /** It is not remembered any more that the jobs of a record have ended. */
  public void forgetEnded(String key) {
    synchronized (ended) {
      ended.remove(key);
    }
  }

  private boolean hasEnded(String jobId) {
    synchronized (ended) {
      return ended.contains(jobId);
    }
  }

  private boolean hasEnded(String jobId, long submittedMs) {
    synchronized (ended) {
      int job = ended.find(jobId);
      return job != EndedJobIndex.NONE && ended.submittedMs(job) == submittedMs;
    }
  }

  private boolean isOver(String jobId, long submittedMs) {
    if (hasEnded(jobId, submittedMs)) {
      return true;
    }
    var control = controls.get(jobId);
    return control != null
        && control.command() == Command.STOP
        && control.submittedMs() == submittedMs;
  }

  /** A control was removed, as that of a job that has ended. */
  public void forgetControl(String jobId) {
    controls.remove(jobId);
  }

  /** Facts were removed, as those of a job that has ended. */
  public void forgetFacts(String jobId) {
    facts.remove(jobId);
  }

  /** Number of jobs of which facts are kept. */
  public int size() {
    return facts.size();
  }

  /** Whether the ledger no longer wants a task: its job was stopped, or the task issued anew. */
  public boolean isVoid(Task task) {
    var control = controls.get(task.jobId());
    return control == null ? hasEnded(task.jobId()) : control.voids(task.epoch());
  }

  /** Whether the facts that a task refers to are here. */
  public boolean hasFacts(Task task) {
    var known = facts.getOrDefault(task.jobId(), NONE);
    return has(known.spec(), task.spec())
        && (task.found() == 0 || has(known.found(), task.found()));
  }

  private static boolean has(@Nullable JobFacts fact, long digest) {
    return fact != null && fact.digest() == digest;
  }

  /** What a task is, with the facts of its job; empty where these are not here. */
  public Optional<TaskWork> work(Task task) {
    var known = facts.getOrDefault(task.jobId(), NONE);
    if (!has(known.spec(), task.spec()) || !(fact(known.spec()) instanceof JobSpec spec)) {
      return Optional.empty();
    }
    var found = has(known.found(), task.found()) ? fact(known.found()) : null;
    return task.found() != 0 && found == null
        ? Optional.empty()
        : Optional.ofNullable(work(task, spec.work(), found));
  }

  private static @Nullable JobFact fact(@Nullable JobFacts facts) {
    return facts == null ? null : facts.fact();
  }

  private static @Nullable TaskWork work(Task task, Work work, @Nullable JobFact found) {
    return switch (task.action()) {
      case Prepare() ->
          new PrepareWork(work, found instanceof ResolvedModel(var model) ? model : null);
      case Term term ->
          work instanceof TrainingSpec spec && found instanceof TrainingPlan plan
              ? new TermWork(
                  spec,
                  plan.prepared(),
                  term.shardFrom(),
                  term.shards(),
                  term.fromStep(),
                  term.toStep(),
                  term.round(),
                  term.announceStep(),
                  term.timeMsMax(),
                  plan.validation(),
                  plan.workersFold(),
                  plan.encoding())
              : null;
      case Export(long generation) ->
          work instanceof TrainingSpec spec && found instanceof TrainingPlan plan
              ? new ExportWork(spec, plan.prepared(), generation)
              : null;
      case Infer(long from, long to) ->
          work instanceof InferenceSpec spec && found instanceof ResolvedModel(var model)
              ? new InferWork(spec, model, from, to)
              : null;
      case Predict _ -> null; // comes in a queue of its own
      case Quantise() ->
          work instanceof QuantisationSpec spec && found instanceof ResolvedModel(var model)
              ? new QuantiseWork(spec, model)
              : null;
    };
  }
}
