package dev.sluice.producer.view;

import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.OpenPrediction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Every job that is not finished or has finished just now, and which other jobs have finished: what
 * these were is in the history. Thread-safe.
 *
 * <p>Finished jobs beyond a bound are forgotten, the one that finished first going first; what
 * isn't finished is never forgotten, its number being the ledger's to bound.
 */
public final class JobsView {

  /**
   * One page of jobs.
   *
   * @param jobIds the jobs' ids
   * @param next where the next page begins; null on the last page
   */
  public record Page(List<String> jobIds, @Nullable String next) {
    public Page {
      jobIds = List.copyOf(jobIds);
    }
  }

  private final int finishedJobsMax;
  private final Watched<Job> states = new Watched<>();
  private final Watched<Manifest> manifests = new Watched<>();
  private final LossCurves curves;
  private final RecentPredictions predictions;
  private final @Nullable JobsView before;

  // Guarded by this.
  private JobIndex index = new JobIndex();

  /**
   * @param finishedJobsMax finished jobs to remember, at least 1
   */
  public JobsView(int finishedJobsMax) {
    this(finishedJobsMax, new LossCurves(), new RecentPredictions(), null);
  }

  private JobsView(
      int finishedJobsMax,
      LossCurves curves,
      RecentPredictions predictions,
      @Nullable JobsView before) {
    if (finishedJobsMax < 1) {
      throw new IllegalArgumentException("finishedJobsMax must be at least 1");
    }
    this.finishedJobsMax = finishedJobsMax;
    this.curves = curves;
    this.predictions = predictions;
    this.before = before;
  }

  /** An empty view for the same jobs; states that are the same in both are in memory once. */
  JobsView anew() {
    return new JobsView(finishedJobsMax, curves, predictions, this);
  }

  /** Takes over all that a newer view holds, which is not used any more. */
  void replaceWith(JobsView newer) {
    manifests.replaceWith(newer.manifests);
    synchronized (this) {
      index = newer.index;
      states.replaceWith(newer.states);
    }
  }

  /** Whether a job in this status has reached its outcome. */
  public static boolean isTerminal(JobStatus status) {
    return switch (status) {
      case SUCCEEDED, FAILED, CANCELLED, REFUSED -> true;
      case HELD, RESOLVING, PREPARING, RUNNING, EXPORTING, REGISTERING -> false;
    };
  }

  /**
   * Takes over a job from the log.
   *
   * @return jobs that are forgotten for it
   */
  public List<String> put(Job state) {
    curves.add(state);
    var kept =
        before == null ? state : before.job(state.jobId()).filter(state::equals).orElse(state);
    synchronized (this) {
      states.put(kept.jobId(), kept); // who waits for it is told, even where it has left
      if (!index.has(kept.jobId()) && hasLeft(kept)) {
        dropState(kept.jobId());
        return List.of();
      }
      index.put(kept);
      return evict();
    }
  }

  /**
   * Takes over which jobs have left for the history.
   *
   * @return jobs that are forgotten for it
   */
  public synchronized List<String> put(EndedJobs some) {
    for (var job : index.put(some)) {
      states.get(job.jobId()).filter(this::hasLeft).ifPresent(left -> dropState(left.jobId()));
    }
    return evict();
  }

  /**
   * Takes over a job that has its rows itself and has not ended, unless it is known that it has.
   */
  public List<String> put(OpenPrediction job) {
    boolean ended =
        prediction(job.jobId()).filter(past -> past.submittedMs() == job.submittedMs()).isPresent();
    return ended || !job.isSound() ? List.of() : put(PredictionJobs.of(job));
  }

  /** Takes over that such a job has ended: who waits for it is told, and with that it has left. */
  public void put(EndedPrediction ended) {
    predictions.put(ended.detached());
    synchronized (this) {
      states.put(ended.jobId(), PredictionJobs.of(ended));
      index.remove(ended.jobId());
      dropState(ended.jobId());
    }
  }

  /** A job that had its rows itself, where it is one of those that have ended last. */
  public Optional<EndedPrediction> prediction(String jobId) {
    return predictions.get(jobId);
  }

  private boolean hasLeft(Job job) {
    return past(job.jobId()).filter(left -> left.submittedMs() == job.submittedMs()).isPresent();
  }

  private void dropState(String jobId) {
    states.remove(jobId);
    manifests.remove(jobId);
  }

  /** Forgets which jobs have ended, as the log does. */
  public synchronized void removeEnded(String key) {
    index.removeEnded(key);
  }

  /** Takes over a piece of a job's manifest from the log. */
  public synchronized void put(ManifestChunk chunk) {
    manifests.put(chunk.jobId(), manifest(chunk.jobId()).with(chunk));
  }

  /** A job is no state any more, as the log says: it has left for the history, or is lost. */
  public synchronized void remove(String jobId) {
    index.remove(jobId);
    dropState(jobId);
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
  public Optional<Job> job(String jobId) {
    return states.get(jobId);
  }

  /** What is remembered of a job that has left for the history; empty of others. */
  public synchronized Optional<EndedJob> past(String jobId) {
    return index.past(jobId);
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
    return index.counts();
  }

  /** All jobs that have not reached their outcome. */
  public synchronized List<Job> active() {
    return Arrays.stream(JobStatus.values())
        .filter(status -> !isTerminal(status))
        .flatMap(status -> states(index.in(status)).stream())
        .toList();
  }

  /**
   * One page of jobs: last submitted first, and by id where it is asked for those that begin so.
   *
   * @param status only these; null for all
   * @param prefix only those whose ids begin so; empty for all
   * @param limit most jobs on the page; with a prefix and a status there may be fewer, with more on
   *     the next one
   * @param after the {@code next} of the page before; null for the first page
   * @throws IllegalArgumentException where {@code after} isn't a {@code next}
   */
  public synchronized Page page(
      @Nullable JobStatus status, String prefix, int limit, @Nullable String after) {
    return prefix.isEmpty()
        ? index.page(status, limit, after)
        : index.pageOf(prefix, status, limit, after);
  }

  private List<Job> states(List<String> jobIds) {
    return jobIds.stream().flatMap(jobId -> states.get(jobId).stream()).toList();
  }

  /**
   * Completes once the state of a job satisfies a condition; the present state counts.
   *
   * @return fails with {@link java.util.concurrent.TimeoutException} after {@code within}
   */
  public CompletableFuture<Job> await(String jobId, Predicate<Job> until, Duration within) {
    var news = states.await(jobId, until, within);
    // It may have ended, and left, before it was waited for.
    var ended = prediction(jobId).map(PredictionJobs::of).filter(until);
    if (ended.isPresent()) {
      news.cancel(false);
      return CompletableFuture.completedFuture(ended.get());
    }
    return news;
  }

  /** Whether one more may wait for a job's state at present. */
  public boolean hasRoom() {
    return states.waiting() < Watched.WAITS_MAX;
  }

  /** How many wait for a job's state at present. */
  public int waiting() {
    return states.waiting();
  }

  private List<String> evict() {
    var forgotten = new ArrayList<String>();
    while (index.hasFinishedMoreThan(finishedJobsMax)) {
      var first = index.removeFinishedFirst();
      dropState(first);
      forgotten.add(first);
    }
    return forgotten;
  }
}
