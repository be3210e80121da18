package dev.sluice.producer.view;

import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.StoredState;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * What the log says now. {@link ViewFollower} feeds it; requests read it. Thread-safe.
 *
 * <p>Models come from {@code sluice.job-states} and not from {@code sluice.models}, although both
 * hold them: a job's outcome and the version that it registered then become visible in the order in
 * which the ledger committed them.
 */
public final class ClusterView {

  private final JobsView jobs;
  private final SharedNetworks shared = new SharedNetworks();
  private final FleetView fleet = new FleetView();
  private final Watched<ModelEntry> models = new Watched<>();
  private final Watched<Lane> lanes = new Watched<>();
  private final UnreadStates unread = new UnreadStates();

  /**
   * @param finishedJobsMax finished jobs to remember
   */
  public ClusterView(int finishedJobsMax) {
    this.jobs = new JobsView(finishedJobsMax);
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

  /** All models by name. */
  public List<ModelEntry> models() {
    return models.all().stream().sorted(Comparator.comparing(ModelEntry::name)).toList();
  }

  /** A model; empty where none has this name. */
  public Optional<ModelEntry> model(String name) {
    return models.get(name);
  }

  /** Completes once a model satisfies a condition; fails with TimeoutException. */
  public CompletableFuture<ModelEntry> awaitModel(
      String name, Predicate<ModelEntry> until, Duration within) {
    return models.await(name, until, within);
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
  public static String lane(JobState job, OpenTask task) {
    return task.lane().isEmpty() ? job.lane() : task.lane();
  }

  /**
   * Whether a task that stands in a lane's topic is still to be done; true where its job is not
   * known.
   */
  public boolean isOpen(String lane, String jobId, String taskId, int attempt) {
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
      // Only what stays for long is worth the copying.
      case JobState job -> jobs.put(JobsView.isTerminal(job.status()) ? shared.share(job) : job);
      case ManifestChunk chunk -> jobs.put(chunk);
      case ModelEntry model -> models.put(model.name(), shared.share(model));
      // Every partition holds every lane; all say the same.
      case Lane lane -> lanes.put(lane.lane(), lane);
      case LedgerCursor cursor -> {} // the ledger's own
    }
  }

  /** Takes over the removal of a state from the log, by its key. */
  public void remove(String key) {
    unread.remove(key);
    int slash = key.indexOf('/');
    if (slash < 0) {
      jobs.remove(key);
      return;
    }
    var kind = key.substring(0, slash);
    var name = key.substring(slash + 1);
    switch (kind) {
      case "model" -> models.remove(name);
      case "lane" -> lanes.remove(name);
      default -> {
        if (!name.isEmpty() && name.chars().allMatch(Character::isDigit) && name.length() < 10) {
          jobs.removeManifest(kind, Integer.parseInt(name));
        }
      }
    }
  }
}
