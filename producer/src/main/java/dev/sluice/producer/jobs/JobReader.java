package dev.sluice.producer.jobs;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.history.History;
import dev.sluice.producer.history.KnownJob;
import dev.sluice.producer.view.JobsView;
import dev.sluice.schemas.wire.EndedJob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds jobs wherever they are: in the view, or in the history once they have left it. */
public final class JobReader {

  private final JobsView view;
  private final History history;

  /**
   * @param view jobs that have not ended, or not for long
   * @param history the others
   */
  public JobReader(JobsView view, History history) {
    this.view = view;
    this.history = history;
  }

  /**
   * A job; empty where none of this id is known.
   *
   * @throws dev.sluice.producer.api.ProblemException where it is known, and the history can't be
   *     read or has lost it
   */
  public Optional<KnownJob> find(String jobId) {
    // First, as it has the answers: the view may still hold such a job's state.
    var justEnded = view.prediction(jobId);
    if (justEnded.isPresent()) {
      return justEnded.map(KnownJob::of);
    }
    var here = inView(jobId);
    if (here.isPresent()) {
      return here;
    }
    return view.past(jobId)
        .map(
            ended ->
                Optional.ofNullable(past(List.of(ended)).get(jobId))
                    .or(() -> inView(jobId))
                    .orElseThrow(
                        () ->
                            Problem.of(
                                    ProblemType.GONE,
                                    "Job "
                                        + jobId
                                        + " has ended, and sluice.job-history has nothing of it"
                                        + " any more.")
                                .about(jobId)
                                .toException()));
  }

  /**
   * Jobs, in the order of their ids in the list. One that is not known, or that the history has
   * lost, is left out.
   *
   * @throws dev.sluice.producer.api.ProblemException where the history can't be read
   */
  public List<KnownJob> find(List<String> jobIds) {
    var past = past(jobIds.stream().flatMap(jobId -> view.past(jobId).stream()).toList());
    var all = new ArrayList<KnownJob>();
    for (var jobId : jobIds) {
      Optional.ofNullable(past.get(jobId)).or(() -> inView(jobId)).ifPresent(all::add);
    }
    return all;
  }

  private Optional<KnownJob> inView(String jobId) {
    return view.job(jobId).map(job -> new KnownJob(job, view.manifest(jobId)));
  }

  private Map<String, KnownJob> past(Collection<EndedJob> ended) {
    if (ended.isEmpty()) {
      return Map.of();
    }
    try {
      return history.read(ended);
    } catch (History.HistoryBroken e) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "Jobs that have ended can't be read from the history: " + e.getMessage() + ".")
          .toException();
    }
  }
}
