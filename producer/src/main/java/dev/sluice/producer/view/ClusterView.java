package dev.sluice.producer.view;

import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.JobJoin;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.ValidationCurve;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the log says now. {@link ViewFollower} feeds it; requests read it. Thread-safe.
 *
 * <p>Models come from {@code sluice.job-states} and not from {@code sluice.models}, although both
 * hold them: a job's outcome and the version that it registered then become visible in the order in
 * which the ledger committed them.
 */
public final class ClusterView {

  private final JobsView jobs;
  private final FleetView fleet;
  private final ModelsView models = new ModelsView();
  private final Watched<Lane> lanes = new Watched<>();
  private final UnreadStates unread = new UnreadStates();

  /** For the one thread that feeds it. */
  private JobJoin join = new JobJoin();

  private volatile @Nullable ReadingProgress reading;

  /**
   * @param finishedJobsMax finished jobs to remember
   */
  public ClusterView(int finishedJobsMax) {
    this(new JobsView(finishedJobsMax), new FleetView());
  }

  private ClusterView(JobsView jobs, FleetView fleet) {
    this.jobs = jobs;
    this.fleet = fleet;
  }

  /**
   * An empty view, for reading the log anew while this one is still shown. Workers are this one's,
   * as what they said before counts less than what they said last.
   */
  ClusterView anew() {
    return new ClusterView(jobs.anew(), fleet);
  }

  /** Shows what a newer view holds; who waits for what it holds is told. */
  void replaceWith(ClusterView newer) {
    // Models before the jobs that made them: as the log has it.
    lanes.replaceWith(newer.lanes);
    models.replaceWith(newer.models);
    unread.replaceWith(newer.unread);
    jobs.replaceWith(newer.jobs);
    join = newer.join;
  }

  /** How far the log is read, until it was read once; until then this shows nothing. */
  public Optional<ReadingProgress> reading() {
    return Optional.ofNullable(reading);
  }

  /** Says how far the log is read; null: it was read. */
  public void reading(@Nullable ReadingProgress far) {
    reading = far;
  }

  /** The jobs. */
  public JobsView jobs() {
    return jobs;
  }

  /** The workers. */
  public FleetView fleet() {
    return fleet;
  }

  /** Of what the newest state can't be read, so that an older one is shown. */
  public UnreadStates unread() {
    return unread;
  }

  /** The models. */
  public ModelsView models() {
    return models;
  }

  /** All declared lanes by name. */
  public List<Lane> lanes() {
    return lanes.all().stream().sorted(Comparator.comparing(Lane::lane)).toList();
  }

  /** A lane; empty where none of this name is declared. */
  public Optional<Lane> lane(String lane) {
    return lanes.get(lane);
  }

  /** Completes once a lane satisfies a condition; fails with TimeoutException. */
  public CompletableFuture<Lane> awaitLane(String lane, Predicate<Lane> until, Duration within) {
    return lanes.await(lane, until, within);
  }

  /** Where a task waits or runs: in the job's own lane, or in another that helps. */
  public static String lane(Job job, OpenTask task) {
    return task.lane().isEmpty() ? job.lane() : task.lane();
  }

  /**
   * Whether a task that stands in a lane's topic is still to be done; true where its job is not
   * known.
   */
  public boolean isOpen(String lane, String jobId, String taskId, int attempt) {
    if (jobs.past(jobId).isPresent()) {
      return false;
    }
    var job = jobs.job(jobId);
    return job.isEmpty()
        || (!JobsView.isTerminal(job.get().status())
            && job.get().open().stream()
                .anyMatch(
                    task ->
                        task.taskId().equals(taskId)
                            && task.attempt() == attempt
                            && lane(job.get(), task).equals(lane)));
  }

  /** Takes over one state from the log. */
  public void put(StoredState state) {
    unread.remove(StateKeys.of(state));
    switch (state) {
      case JobState job -> join.take(job).ifPresent(this::put);
      case ValidationCurve curve -> join.take(curve).ifPresent(this::put);
      case ManifestChunk chunk -> jobs.put(chunk);
      case ModelEntry model -> models.put(model);
      case ModelVersion version -> models.put(version);
      case ModelPlace place -> models.put(place);
      // Every partition holds every lane; all say the same.
      case Lane lane -> lanes.put(lane.lane(), lane);
      case LedgerCursor cursor -> {} // the ledger's own
      case OpenPrediction prediction -> jobs.put(prediction).forEach(join::forget);
      case EndedJobs ended -> jobs.put(ended).forEach(join::forget);
    }
  }

  /** Takes over how a job that had its rows itself has ended. */
  public void put(EndedPrediction ended) {
    jobs.put(ended);
  }

  /** Takes over facts of a job from the log; a state that refers to them may come before them. */
  public void put(JobFacts facts) {
    unread.remove(FactPart.key(facts));
    join.take(facts).ifPresent(this::put);
  }

  /** Takes over a job of which state and facts are known. */
  public void put(Job job) {
    jobs.put(job).forEach(join::forget);
  }

  /** Takes over the removal of a fact from the log. */
  public void remove(String jobId, FactPart part) {
    unread.remove(part.key(jobId));
    join.forget(jobId, part);
  }

  /** Takes over the removal of a state from the log, by its key. */
  public void remove(String key) {
    unread.remove(key);
    var model = StateKeys.ofModel(key);
    if (model.isPresent()) {
      models.remove(model.get());
      return;
    }
    if (StateKeys.isEnded(key)) {
      jobs.removeEnded(key);
      return;
    }
    int slash = key.indexOf('/');
    if (slash < 0) {
      jobs.remove(key);
      join.forget(key);
      return;
    }
    var kind = key.substring(0, slash);
    var name = key.substring(slash + 1);
    switch (kind) {
      case "lane" -> lanes.remove(name);
      default -> {
        if (!name.isEmpty() && name.chars().allMatch(Character::isDigit) && name.length() < 10) {
          jobs.removeManifest(kind, Integer.parseInt(name));
        }
      }
    }
  }
}
