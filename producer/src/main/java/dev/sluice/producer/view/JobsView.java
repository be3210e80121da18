package dev.sluice.producer.view;

import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Every job that is not finished, and the latest finished ones. Thread-safe.
 *
 * <p>Finished jobs beyond a bound are forgotten, the one that finished first going first; what
 * isn't finished is never forgotten, its number being the ledger's to bound.
 */
public final class JobsView {

  /** A place in the order of submission. */
  private record Place(long ms, String jobId) {}

  /**
   * One page of jobs, last submitted first.
   *
   * @param jobs the jobs
   * @param next where the next page begins; null on the last page
   */
  public record Page(List<JobState> jobs, @Nullable String next) {
    public Page {
      jobs = List.copyOf(jobs);
    }
  }

  private static final Comparator<Place> OLDEST_FIRST =
      Comparator.comparingLong(Place::ms).thenComparing(Place::jobId);

  private final int finishedJobsMax;
  private final Watched<JobState> states = new Watched<>();
  private final Watched<Manifest> manifests = new Watched<>();
  private final LossCurves curves = new LossCurves();

  // Guarded by this.
  private final NavigableSet<Place> bySubmission = new TreeSet<>(OLDEST_FIRST.reversed());
  private final NavigableSet<Place> finished = new TreeSet<>(OLDEST_FIRST);
  private final Map<JobStatus, Integer> counts = new EnumMap<>(JobStatus.class);

  /**
   * @param finishedJobsMax finished jobs to remember, at least 1
   */
  public JobsView(int finishedJobsMax) {
    if (finishedJobsMax < 1) {
      throw new IllegalArgumentException("finishedJobsMax must be at least 1");
    }
    this.finishedJobsMax = finishedJobsMax;
  }

  /** Whether a job in this status has reached its outcome. */
  public static boolean isTerminal(JobStatus status) {
    return switch (status) {
      case SUCCEEDED, FAILED, CANCELLED, REFUSED -> true;
      case HELD, RESOLVING, PREPARING, RUNNING, EXPORTING, REGISTERING -> false;
    };
  }

  /** Takes over a job's state from the log. */
  public void put(JobState state) {
    curves.add(state);
    synchronized (this) {
      states.get(state.jobId()).ifPresent(this::unlist);
      list(state);
      states.put(state.jobId(), state);
      evict();
    }
  }

  /** Takes over a piece of a job's manifest from the log. */
  public synchronized void put(ManifestChunk chunk) {
    manifests.put(chunk.jobId(), manifest(chunk.jobId()).with(chunk));
  }

  /** Forgets a job, as the log does. */
  public synchronized void remove(String jobId) {
    states.get(jobId).ifPresent(this::forget);
  }

  /** Forgets a piece of a manifest, as the log does. */
  public synchronized void removeManifest(String jobId, int chunk) {
    var rest = manifest(jobId).without(chunk);
    if (rest.isEmpty()) {
      manifests.remove(jobId);
    } else {
      manifests.put(jobId, rest);
    }
  }

  /** The state of a job; empty where none of this id is known. */
  public Optional<JobState> job(String jobId) {
    return states.get(jobId);
  }

  /** Where a job's results lie, as far as they are reported. */
  public Manifest manifest(String jobId) {
    return manifests.get(jobId).orElse(Manifest.EMPTY);
  }

  /**
   * Completes once a job's manifest covers its rows, which may follow the job's state by a poll.
   *
   * @return fails with {@link java.util.concurrent.TimeoutException} after {@code within}
   */
  public CompletableFuture<Manifest> awaitManifest(String jobId, long rows, Duration within) {
    return manifests.await(jobId, manifest -> manifest.covers(rows), within);
  }

  /** Mean loss by step of a training job; empty where it isn't known. */
  public List<LossCurves.Point> lossCurve(String jobId) {
    return curves.of(jobId);
  }

  /** Number of jobs by status, those with none left out. */
  public synchronized Map<JobStatus, Integer> counts() {
    return Map.copyOf(counts);
  }

  /** All jobs that have not reached their outcome. */
  public List<JobState> active() {
    return states.all().stream().filter(s -> !isTerminal(s.status())).toList();
  }

  /**
   * One page of jobs, last submitted first.
   *
   * @param status only these; null for all
   * @param prefix only those whose ids begin so; empty for all
   * @param limit most jobs on the page
   * @param after the {@code next} of the page before; null for the first page
   * @throws IllegalArgumentException where {@code after} isn't a {@code next}
   */
  public synchronized Page page(
      @Nullable JobStatus status, String prefix, int limit, @Nullable String after) {
    var places = after == null ? bySubmission : bySubmission.tailSet(place(after), false);
    var jobs = new ArrayList<JobState>();
    Place last = null;
    for (var place : places) {
      if (!place.jobId().startsWith(prefix)) {
        continue;
      }
      var state = states.get(place.jobId());
      if (state.isEmpty() || (status != null && state.get().status() != status)) {
        continue;
      }
      if (jobs.size() == limit && last != null) {
        return new Page(jobs, last.ms() + "." + last.jobId());
      }
      jobs.add(state.get());
      last = place;
    }
    return new Page(jobs, null);
  }

  /**
   * Completes once the state of a job satisfies a condition; the present state counts.
   *
   * @return fails with {@link java.util.concurrent.TimeoutException} after {@code within}
   */
  public CompletableFuture<JobState> await(
      String jobId, Predicate<JobState> until, Duration within) {
    return states.await(jobId, until, within);
  }

  private void list(JobState state) {
    bySubmission.add(new Place(state.submittedMs(), state.jobId()));
    counts.merge(state.status(), 1, Integer::sum);
    if (isTerminal(state.status())) {
      finished.add(new Place(state.finishedMs(), state.jobId()));
    }
  }

  private void unlist(JobState state) {
    bySubmission.remove(new Place(state.submittedMs(), state.jobId()));
    finished.remove(new Place(state.finishedMs(), state.jobId()));
    counts.computeIfPresent(state.status(), (status, n) -> n == 1 ? null : n - 1);
  }

  private void forget(JobState state) {
    unlist(state);
    states.remove(state.jobId());
    manifests.remove(state.jobId());
  }

  private void evict() {
    while (finished.size() > finishedJobsMax) {
      states.get(finished.first().jobId()).ifPresent(this::forget);
    }
  }

  private static Place place(String after) {
    int dot = after.indexOf('.');
    if (dot < 1) {
      throw new IllegalArgumentException("not the 'next' of a page: " + after);
    }
    // Long.parseLong's own exception is an IllegalArgumentException too.
    return new Place(Long.parseLong(after.substring(0, dot)), after.substring(dot + 1));
  }
}
