package dev.sluice.jobs.state;

import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.JobFact;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.LaneVerdicts;
import dev.sluice.schemas.wire.MadeModel;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.ResolvedModel;
import dev.sluice.schemas.wire.TrainingPlan;
import dev.sluice.schemas.wire.ValidationCurve;
import dev.sluice.schemas.wire.ValidationPoint;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Joins states of jobs with their facts. Records of two topics come in any order: a state waits
 * until all the facts that it refers to are there. Facts that many jobs have in common, such as the
 * network of a model that all of them apply, are in memory once. For one thread.
 */
public final class JobJoin {

  private static final class Parts {
    private @Nullable JobState state;
    private boolean joined;
    private List<ValidationPoint> points = List.of();
    private final Map<FactPart, JobFacts> facts = new EnumMap<>(FactPart.class);

    boolean isEmpty() {
      return state == null && points.isEmpty() && facts.isEmpty();
    }

    boolean has(FactPart part, FactDigests wanted) {
      long digest = part.in(wanted);
      var there = facts.get(part);
      return digest == 0 || (there != null && there.digest() == digest);
    }

    boolean isWhole(JobState of) {
      return Arrays.stream(FactPart.values()).allMatch(part -> has(part, of.facts()));
    }

    /** A fact that is referred to; null where it is not, or is of another kind. */
    <T extends JobFact> @Nullable T fact(Class<T> kind, FactPart part, FactDigests wanted) {
      var there = part.in(wanted) == 0 ? null : facts.get(part);
      return there != null && kind.isInstance(there.fact()) ? kind.cast(there.fact()) : null;
    }
  }

  /** A fact that is in use somewhere. */
  private static final class Shared extends WeakReference<JobFact> {
    private final long digest;

    Shared(long digest, JobFact fact, ReferenceQueue<JobFact> unused) {
      super(fact, unused);
      this.digest = digest;
    }
  }

  private final Map<String, Parts> jobs = new TreeMap<>();
  private final Map<Long, Shared> shared = new HashMap<>();
  private final ReferenceQueue<JobFact> unused = new ReferenceQueue<>();

  /** A state has come; the job, where its facts are there. */
  public Optional<Job> take(JobState state) {
    var parts = parts(state.jobId());
    parts.state = state;
    parts.joined = false;
    return join(parts);
  }

  /** A fact has come; the job, where its state waited for it. */
  public Optional<Job> take(JobFacts facts) {
    var parts = parts(facts.jobId());
    var part = FactPart.of(facts.fact());
    parts.facts.put(
        part,
        new JobFacts(
            facts.jobId(),
            facts.submittedMs(),
            facts.digest(),
            once(facts.digest(), facts.fact())));
    return parts.joined ? Optional.empty() : join(parts);
  }

  /** A curve has come; the job, where its state is there. */
  public Optional<Job> take(ValidationCurve curve) {
    var parts = parts(curve.jobId());
    parts.points = curve.points();
    return join(parts);
  }

  /** A job is not asked for any more. */
  public void forget(String jobId) {
    jobs.remove(jobId);
  }

  /** A fact was removed. */
  public void forget(String jobId, FactPart part) {
    var parts = jobs.get(jobId);
    if (parts != null) {
      parts.facts.remove(part);
      if (parts.isEmpty()) {
        jobs.remove(jobId);
      }
    }
  }

  /** States that lack facts, by id. */
  public List<JobState> lacking() {
    return jobs.values().stream()
        .filter(parts -> !parts.joined)
        .flatMap(parts -> Optional.ofNullable(parts.state).stream())
        .toList();
  }

  /** What held-out rows showed, where a state lacks facts. */
  public ValidationCurve curve(JobState state) {
    return new ValidationCurve(state.jobId(), parts(state.jobId()).points);
  }

  /** Of the facts that a state refers to, those that are there. */
  public Map<FactPart, JobFacts> there(JobState state) {
    var parts = parts(state.jobId());
    var there = new EnumMap<FactPart, JobFacts>(FactPart.class);
    parts.facts.forEach(
        (part, facts) -> {
          if (facts.digest() == part.in(state.facts())) {
            there.put(part, facts);
          }
        });
    return there;
  }

  private Parts parts(String jobId) {
    return jobs.computeIfAbsent(jobId, any -> new Parts());
  }

  private JobFact once(long digest, JobFact fact) {
    for (var gone = unused.poll(); gone != null; gone = unused.poll()) {
      if (gone instanceof Shared old) {
        shared.remove(old.digest, old);
      }
    }
    var known = shared.get(digest);
    var same = known == null ? null : known.get();
    if (same != null && same.getClass() == fact.getClass()) {
      return same;
    }
    shared.put(digest, new Shared(digest, fact, unused));
    return fact;
  }

  private static Optional<Job> join(Parts parts) {
    var state = parts.state;
    if (state == null || !parts.isWhole(state)) {
      return Optional.empty();
    }
    var wanted = state.facts();
    var spec = parts.fact(JobSpec.class, FactPart.SPEC, wanted);
    var plan = parts.fact(TrainingPlan.class, FactPart.FOUND, wanted);
    var resolved = parts.fact(ResolvedModel.class, FactPart.FOUND, wanted);
    boolean unfit =
        spec == null
            || (state.training() != null
                && (plan == null || !TrainingState.isSound(state.training())))
            || (state.inference() != null && resolved == null);
    if (spec == null || unfit) {
      return Optional.empty(); // only another program can have written what does not fit
    }
    var verdicts = parts.fact(LaneVerdicts.class, FactPart.VERDICTS, wanted);
    var made = parts.fact(MadeModel.class, FactPart.MADE, wanted);
    var training = state.training();
    var inference = state.inference();
    var job =
        new Job(
            state.jobId(),
            state.bodyDigest(),
            spec,
            state.status(),
            state.submittedMs(),
            state.updatedMs(),
            state.finishedMs(),
            verdicts == null ? List.of() : verdicts.verdicts(),
            state.lane(),
            state.epoch(),
            state.open(),
            training == null || plan == null
                ? null
                : TrainingState.of(plan, training, parts.points),
            inference == null || resolved == null
                ? null
                : InferenceState.of(resolved.model(), inference),
            made == null ? null : model(state, made, plan, resolved),
            parts.fact(Cause.class, FactPart.CAUSE, wanted),
            state.placement(),
            spec.work() instanceof QuantisationSpec && resolved != null ? resolved.model() : null,
            wanted);
    parts.joined = Soundness.holds(job);
    return parts.joined ? Optional.of(job) : Optional.empty();
  }

  private static @Nullable ModelVersion model(
      JobState state,
      MadeModel made,
      @Nullable TrainingPlan plan,
      @Nullable ResolvedModel resolved) {
    var network = made.network();
    if (network == null) {
      network = found(plan, resolved);
    }
    return network == null
        ? null
        : new ModelVersion(
            made.name(),
            state.version(),
            state.jobId(),
            made.sha256(),
            network,
            made.files(),
            made.metrics(),
            made.dataset(),
            made.splitSeed(),
            made.engine(),
            state.registeredMs(),
            made.format(),
            made.parent());
  }

  private static @Nullable NetworkFacts found(
      @Nullable TrainingPlan plan, @Nullable ResolvedModel resolved) {
    if (plan != null) {
      return plan.prepared().network();
    }
    return resolved == null ? null : resolved.model().network();
  }
}
