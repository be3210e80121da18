package dev.sluice.worker.training;

import dev.sluice.schemas.wire.ParameterBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The jobs whose parameters are followed, and when the folds are asked for these again. Whoever
 * begins to follow a job asks for its blocks once by itself.
 */
public final class FollowedJobs {

  /**
   * A job whose parameters were seen needs no reminder unless its fold has forgotten this worker.
   */
  private static final long QUIET_FACTOR = 10;

  private static final long ASK_MS_MAX = 60_000;

  /** A job that is followed. */
  private static final class Followed {
    final JobParameters parameters;

    /** Makes its generations here; null: a coordinator does. */
    final @Nullable LocalFold fold;

    /** When to ask for what has not come at all, and when once more. */
    final RetryDelay first;

    final RetryDelay later;

    /** Newest generation when it was looked at. */
    long seen;

    /** Whether it was asked for once more, and nothing has come since. */
    boolean reminded;

    Followed(JobParameters parameters, @Nullable LocalFold fold, long retryMs, long nowMs) {
      this.parameters = parameters;
      this.fold = fold;
      first = new RetryDelay(retryMs, ASK_MS_MAX, nowMs);
      later = new RetryDelay(retryMs * QUIET_FACTOR, ASK_MS_MAX, nowMs);
      seen = parameters.newest();
    }

    boolean due(long nowMs) {
      if (parameters.newest() > seen) {
        seen = parameters.newest();
        later.arrived(nowMs);
        reminded = false;
      }
      boolean served = fold == null ? seen >= 0 : fold.whole();
      if (!served) {
        return first.due(nowMs);
      }
      boolean due = later.due(nowMs);
      reminded |= due;
      return due;
    }

    boolean wantsState() {
      return fold != null && (reminded || !fold.whole());
    }
  }

  private final long retryMs;
  private final List<Followed> jobs = new ArrayList<>();

  /**
   * @param retryMs how long to wait for the first parameters before asking again
   */
  public FollowedJobs(long retryMs) {
    this.retryMs = retryMs;
  }

  /**
   * Begins to follow a job, or begins anew.
   *
   * @param fold makes its generations here; null: a coordinator does
   */
  public void follow(JobParameters parameters, @Nullable LocalFold fold, long nowMs) {
    leave(parameters);
    jobs.add(new Followed(parameters, fold, retryMs, nowMs));
  }

  /** Ends the following of a job. */
  public void leave(JobParameters parameters) {
    jobs.removeIf(job -> job.parameters == parameters);
  }

  /** All that are followed; a job is among them as often as it is followed. */
  public List<JobParameters> all() {
    return jobs.stream().map(job -> job.parameters).toList();
  }

  /** Those of one job. */
  public List<JobParameters> of(String jobId) {
    return all().stream().filter(parameters -> parameters.jobId().equals(jobId)).toList();
  }

  /** The folds of one job, as often as it is followed and folded here. */
  public List<LocalFold> folds(String jobId) {
    return jobs.stream()
        .filter(job -> job.parameters.jobId().equals(jobId))
        .flatMap(job -> Stream.ofNullable(job.fold))
        .toList();
  }

  /** Whether the generations of a job that is followed are made here. */
  public boolean folds(JobParameters parameters) {
    return jobs.stream().anyMatch(job -> job.parameters == parameters && job.fold != null);
  }

  /** Those for whose blocks is to be asked now, because nothing has come for too long. */
  public List<JobParameters> due(long nowMs) {
    return jobs.stream().filter(job -> job.due(nowMs)).map(job -> job.parameters).toList();
  }

  /**
   * Whether a state that is handed over may be of use to a fold of a job: one that has none, or
   * that has not come further for long, as if it had missed something.
   */
  public boolean wantsState(String jobId) {
    return jobs.stream().anyMatch(job -> job.parameters.jobId().equals(jobId) && job.wantsState());
  }

  /**
   * A block has come.
   *
   * @return whether a newer generation is complete now
   * @throws IllegalArgumentException where the job has no such block, or it has another length
   */
  public boolean accept(JobParameters parameters, ParameterBlock block) {
    return parameters.offer(block.block(), block.generation(), block.payload());
  }
}
