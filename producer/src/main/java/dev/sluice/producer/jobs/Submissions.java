package dev.sluice.producer.jobs;

import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.JobViews;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.api.Words;
import dev.sluice.producer.artifact.Artifacts;
import dev.sluice.producer.view.JobsView;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Submits and cancels jobs: writes to the log, then waits, for a bounded time, for what the ledger
 * makes of it. The ledger's word counts and not this process's memory, so a repeat gets the same
 * answer whichever producer it meets.
 */
public final class Submissions {

  private final JobLog log;
  private final JobsView jobs;
  private final Artifacts artifacts;
  private final Duration ledgerMax;
  private final Function<JobSpec, String> bodyDigest;

  /**
   * @param log where requests go
   * @param jobs where answers come from
   * @param artifacts files that jobs name
   * @param ledgerMax longest wait for the ledger
   * @param bodyDigest digest of a job's canonical form, the same for the same job in any notation
   */
  public Submissions(
      JobLog log,
      JobsView jobs,
      Artifacts artifacts,
      Duration ledgerMax,
      Function<JobSpec, String> bodyDigest) {
    this.log = log;
    this.jobs = jobs;
    this.artifacts = artifacts;
    this.ledgerMax = ledgerMax;
    this.bodyDigest = bodyDigest;
  }

  /**
   * Submits a job that was found valid.
   *
   * @param spec the job
   * @param idempotencyKey repeats with the same key are the same job; null: always a new job
   * @return the job's state as the ledger wrote it
   * @throws ProblemException where a file is missing, the key belongs to another job, the ledger
   *     refuses the job or does not speak in time
   */
  public JobState submit(JobSpec spec, @Nullable String idempotencyKey) {
    var jobId =
        idempotencyKey == null ? JobIds.random() : JobIds.derived(spec.tenant(), idempotencyKey);
    var digest = bodyDigest.apply(spec);
    var known = jobs.job(jobId);
    if (known.isPresent()) {
      return accepted(known.get(), digest);
    }
    checkFiles(spec);
    append(jobId, new Submitted(jobId, digest, spec), idempotencyKey != null);
    var state = await(jobs.await(jobId, any -> true, ledgerMax));
    return accepted(state.orElseThrow(() -> ledgerSilent(jobId, idempotencyKey)), digest);
  }

  /**
   * Asks for a job to end.
   *
   * @return its state: cancelled, or the latest one where that takes longer than the wait
   * @throws ProblemException where there is no such job, it has ended otherwise, or the log can't
   *     be written
   */
  public JobState cancel(String jobId, String reason) {
    var known = jobs.job(jobId).orElseThrow(() -> unknown(jobId));
    if (known.status() == JobStatus.CANCELLED) {
      return known;
    }
    if (JobsView.isTerminal(known.status())) {
      throw ended(known);
    }
    append(jobId, new CancelRequested(jobId, reason), true);
    var latest =
        await(jobs.await(jobId, state -> JobsView.isTerminal(state.status()), ledgerMax))
            .or(() -> jobs.job(jobId))
            .orElse(known);
    if (JobsView.isTerminal(latest.status()) && latest.status() != JobStatus.CANCELLED) {
      // It ended while the request was on its way.
      throw ended(latest);
    }
    return latest;
  }

  private static ProblemException ended(JobState state) {
    return Problem.of(
            ProblemType.WRONG_STATE,
            "Job %s was not cancelled: it %s before. Its outcome stays what it is."
                .formatted(
                    state.jobId(),
                    state.status() == JobStatus.REFUSED
                        ? "was refused"
                        : "had " + Words.of(state.status())))
        .about(state.jobId())
        .toException();
  }

  /** The problem of a job id that is not known. */
  public static ProblemException unknown(String jobId) {
    return Problem.of(
            ProblemType.NOT_FOUND,
            "No job "
                + jobId
                + " is known. Finished jobs are forgotten after a while; GET /v1/jobs lists those"
                + " that are known.")
        .about(jobId)
        .toException();
  }

  private JobState accepted(JobState state, String digest) {
    if (!state.bodyDigest().isEmpty() && !state.bodyDigest().equals(digest)) {
      throw Problem.of(
              ProblemType.KEY_REUSED,
              "This idempotency key was used for job "
                  + state.jobId()
                  + ", which asks for something else. Use a new key for a new job.")
          .about(state.jobId())
          .toException();
    }
    if (state.status() == JobStatus.REFUSED) {
      throw refused(state).toException();
    }
    return state;
  }

  private static Problem refused(JobState state) {
    var cause = state.cause();
    var problem =
        new Problem(
            ProblemType.REFUSED.uri(),
            ProblemType.REFUSED.title(),
            ProblemType.REFUSED.status(),
            cause == null ? "No lane can run it." : cause.what(),
            cause == null ? List.of() : List.of(CauseView.of(cause)),
            state.jobId(),
            null);
    return problem.with(state.verdicts().stream().map(JobViews::verdict).toList());
  }

  private ProblemException ledgerSilent(String jobId, @Nullable String idempotencyKey) {
    var repeat =
        idempotencyKey == null
            ? "Don't submit it again; look for it at /v1/jobs/" + jobId + "."
            : "Repeating the request with the same Idempotency-Key is safe and gives the answer.";
    return Problem.of(
            ProblemType.LEDGER_SILENT,
            "The job is accepted: it is in the log as "
                + jobId
                + " and will not be lost. The ledger has said nothing about it within "
                + ledgerMax.toMillis()
                + " ms; is a coordinator running? GET /v1/health says what stands still. "
                + repeat)
        .about(jobId)
        .toException();
  }

  private void append(String key, JobEvent event, boolean repeatable) {
    try {
      log.append(key, event);
    } catch (JobLog.LogUnavailable e) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "Kafka did not confirm the request ("
                  + e.getMessage()
                  + "), so it isn't known whether it was accepted. "
                  + (repeatable
                      ? "Repeating it as it is is safe."
                      : "See GET /v1/jobs before repeating it; with an Idempotency-Key repeating is"
                          + " always safe."))
          .about(key)
          .toException();
    }
  }

  private void checkFiles(JobSpec spec) {
    var missing = new ArrayList<Cause>();
    try {
      for (var file : files(spec).entrySet()) {
        if (!artifacts.has(file.getValue())) {
          missing.add(
              new Cause(
                  Fault.BAD_INPUT,
                  file.getKey(),
                  "No file " + file.getValue() + " is stored.",
                  "Jobs read their files from the artifact store, and nothing was uploaded under"
                      + " this digest.",
                  "Upload it with PUT /v1/artifacts, or submit the job file with `sluice submit`,"
                      + " which uploads what it names."));
        }
      }
    } catch (IOException e) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "Whether the job's files are stored could not be found out: " + e.getMessage())
          .toException();
    }
    if (!missing.isEmpty()) {
      throw Problem.of(ProblemType.INVALID, "The job names files that are not stored.", missing)
          .toException();
    }
  }

  /** Digests of the files that a job names, by their place in the document. */
  private static Map<String, String> files(JobSpec spec) {
    var files = new LinkedHashMap<String, String>();
    switch (spec.work()) {
      case TrainingSpec training -> {
        addDataset(files, "dataset", training.dataset());
        if (training.network() instanceof TorchScript script) {
          files.put("model.artifact", script.artifact());
        }
      }
      case InferenceSpec inference -> addDataset(files, "dataset", inference.dataset());
      case QuantisationSpec q -> addDataset(files, "dataset", q.dataset());
    }
    return files;
  }

  private static void addDataset(Map<String, String> files, String path, DatasetSpec dataset) {
    files.put(path + ".artifact", dataset.artifact());
    var holdout = dataset.holdoutArtifact();
    if (holdout != null) {
      files.put(path + ".holdout.artifact", holdout);
    }
  }

  private static <T> Optional<T> await(CompletableFuture<T> answer) {
    try {
      return Optional.of(answer.get());
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case TimeoutException timeout -> Optional.empty();
        case RejectedExecutionException full ->
            throw Problem.of(ProblemType.UNAVAILABLE, "Too many requests wait for the ledger.")
                .toException();
        case null, default -> throw new IllegalStateException("waiting failed", e);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(ProblemType.UNAVAILABLE, "The producer is stopping.").toException();
    }
  }
}
