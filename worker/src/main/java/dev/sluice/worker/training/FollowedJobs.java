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

  /**
   * A job that is followed.
   *
   * @param parameters where its generations appear
   * @param fold makes them here; null: a coordinator does
   * @param first when to ask for the first of them
   * @param later when to ask again
   */
  private record Followed(
      JobParameters parameters, @Nullable LocalFold fold, RetryDelay first, RetryDelay later) {

    /** Whether what was asked for has come; what is folded here needs nothing any more. */
    boolean served() {
      return fold == null ? parameters.newest() >= 0 : fold.whole();
    }

    boolean due(long nowMs) {
      return served() ? fold == null && later.due(nowMs) : first.due(nowMs);
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
    jobs.add(
        new Followed(
            parameters,
            fold,
            new RetryDelay(retryMs, ASK_MS_MAX, nowMs),
            new RetryDelay(retryMs * QUIET_FACTOR, ASK_MS_MAX, nowMs)));
  }

  /** Ends the following of a job. */
  public void leave(JobParameters parameters) {
    jobs.removeIf(job -> job.parameters == parameters);
  }

  /** All that are followed; a job is among them as often as it is followed. */
  public List<JobParameters> all() {
    return jobs.stream().map(Followed::parameters).toList();
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
    return jobs.stream().filter(job -> job.due(nowMs)).map(Followed::parameters).toList();
  }

  /**
   * A block has come.
   *
   * @return whether a newer generation is complete now
   * @throws IllegalArgumentException where the job has no such block, or it has another length
   */
  public boolean accept(JobParameters parameters, ParameterBlock block, long nowMs) {
    boolean newer = parameters.offer(block.block(), block.generation(), block.payload());
    for (var job : jobs) {
      if (newer && job.parameters == parameters) {
        job.later.arrived(nowMs);
      }
    }
    return newer;
  }
}
