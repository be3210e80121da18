package dev.sluice.producer.jobs;

import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.jobs.state.Job;
import dev.sluice.platform.artifact.ArtifactStore.Kept;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.JobViews;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.artifact.ArtifactUses;
import dev.sluice.producer.artifact.Artifacts;
import dev.sluice.producer.history.KnownJob;
import dev.sluice.producer.spec.ApiWords;
import dev.sluice.producer.view.JobsView;
import dev.sluice.producer.view.Manifest;
import dev.sluice.producer.view.ModelsView;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TrainingSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Submits and cancels jobs: writes to the log, then waits, for a bounded time, for what the ledger
 * makes of it. The ledger's answer counts, and not this process's memory, so a repeat gets the same
 * answer from whichever producer.
 */
public final class Submissions {

  private final JobLog log;
  private final JobsView jobs;
  private final JobReader reader;
  private final ModelsView models;
  private final Artifacts artifacts;
  private final Duration ledgerMax;
  private final Supplier<List<String>> standstills;
  private final Function<JobSpec, String> bodyDigest;

  /**
   * @param log where requests go
   * @param jobs where answers come from
   * @param reader finds jobs that have ended, too
   * @param models names under which jobs register theirs
   * @param artifacts files that jobs name
   * @param ledgerMax longest wait for the ledger
   * @param standstills why the ledger stands still, as far as that is known, a sentence each
   * @param bodyDigest digest of a job's canonical form, the same for the same job in any notation
   */
  public Submissions(
      JobLog log,
      JobsView jobs,
      JobReader reader,
      ModelsView models,
      Artifacts artifacts,
      Duration ledgerMax,
      Supplier<List<String>> standstills,
      Function<JobSpec, String> bodyDigest) {
    this.log = log;
    this.jobs = jobs;
    this.reader = reader;
    this.models = models;
    this.artifacts = artifacts;
    this.ledgerMax = ledgerMax;
    this.standstills = standstills;
    this.bodyDigest = bodyDigest;
  }

  /**
   * Submits a job that was found valid.
   *
   * @param spec the job
   * @param idempotencyKey repeats with the same key are the same job; null: always a new job
   * @return the job's state as the ledger wrote it
   * @throws ProblemException where a file is missing, the model's name is full, the key belongs to
   *     another job, the ledger refuses the job or does not speak in time
   */
  public KnownJob submit(JobSpec spec, @Nullable String idempotencyKey) {
    var jobId =
        idempotencyKey == null ? JobIds.random() : JobIds.derived(spec.tenant(), idempotencyKey);
    var digest = bodyDigest.apply(spec);
    var known = reader.find(jobId);
    if (known.isPresent()) {
      return accepted(known.get(), digest);
    }
    checkName(spec);
    checkRoom(spec);
    checkFiles(spec);
    checkWaits();
    // Before it is in the log: small jobs may have ended, and left, before the log confirms them.
    var heard = jobs.await(jobId, any -> true, ledgerMax);
    try {
      append(jobId, new Submitted(jobId, digest, spec), idempotencyKey != null);
    } catch (ProblemException e) {
      heard.cancel(false);
      throw e;
    }
    var state = await(heard);
    return accepted(
        state
            .flatMap(news -> reader.find(jobId).or(() -> Optional.of(begun(news))))
            .or(() -> reader.find(jobId)) // it ended before, and the view had not read that yet
            .orElseThrow(() -> ledgerSilent(jobId, idempotencyKey)),
        digest);
  }

  /**
   * Asks for a job to end.
   *
   * @return its state: cancelled, or the latest one where that takes longer than the wait
   * @throws ProblemException where there is no such job, it has ended otherwise, or the log can't
   *     be written
   */
  public KnownJob cancel(String jobId, String reason) {
    var known = reader.find(jobId).orElseThrow(() -> unknown(jobId));
    if (known.job().status() == JobStatus.CANCELLED) {
      return known;
    }
    if (JobsView.isTerminal(known.job().status())) {
      throw ended(known.job());
    }
    checkWaits();
    append(jobId, new CancelRequested(jobId, reason), true);
    var _ = await(jobs.await(jobId, state -> JobsView.isTerminal(state.status()), ledgerMax));
    var latest = reader.find(jobId).orElse(known);
    var status = latest.job().status();
    if (JobsView.isTerminal(status) && status != JobStatus.CANCELLED) {
      // It ended while the request was on its way.
      throw ended(latest.job());
    }
    return latest;
  }

  /** Before anything is in the log: afterwards it could only be said that nobody has waited. */
  private void checkWaits() {
    if (!jobs.hasRoom()) {
      throw Problem.of(
              ProblemType.BUSY,
              "Too many requests wait for the ledger. Nothing was accepted; try again in a moment.")
          .toException();
    }
  }

  private static KnownJob begun(Job job) {
    return new KnownJob(job, Manifest.EMPTY);
  }

  private static ProblemException ended(Job state) {
    return Problem.of(
            ProblemType.WRONG_STATE,
            "Job %s was not cancelled: it %s before. Its outcome stays what it is."
                .formatted(
                    state.jobId(),
                    state.status() == JobStatus.REFUSED
                        ? "was refused"
                        : "had " + ApiWords.of(state.status())))
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

  private static KnownJob accepted(KnownJob known, String digest) {
    var state = known.job();
    if (!state.bodyDigest().isEmpty() && !state.bodyDigest().equals(digest)) {
      throw Problem.of(
              ProblemType.KEY_REUSED,
              "This idempotency key was used for job "
                  + state.jobId()
                  + ", which asks for something else. Use a new key for a new job.")
          .about(state.jobId())
          .toException();
    }
    requireAccepted(state);
    return known;
  }

  /**
   * Nothing, unless the ledger has refused a job.
   *
   * @throws ProblemException where it has
   */
  public static void requireAccepted(Job state) {
    if (state.status() == JobStatus.REFUSED) {
      throw refused(state).toException();
    }
  }

  private static Problem refused(Job state) {
    var cause = state.cause();
    var problem =
        new Problem(
            ProblemType.REFUSED.uri(),
            ProblemType.REFUSED.title(),
            ProblemType.REFUSED.status(),
            cause == null ? "No lane can run it." : cause.what(),
            cause == null ? List.of() : List.of(CauseView.of(cause)),
            state.jobId(),
            null,
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
                + " ms"
                + why()
                + repeat)
        .about(jobId)
        .toException();
  }

  /** Why the ledger says nothing; the end of a sentence, and others. */
  private String why() {
    var known = standstills.get();
    return known.isEmpty()
        ? "; is a coordinator running? GET /v1/health says what stands still. "
        : ". " + String.join(" ", known) + " ";
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

  /** Where nobody used it for long, it may be about to be removed. */
  private static ProblemException going(String digest) {
    return Problem.of(
            ProblemType.BUSY,
            "File "
                + digest
                + " is just about to be removed, as nobody has used it for long. Submit the job"
                + " again in two minutes; if it is gone by then, upload it again.")
        .toException();
  }

  /** What a job makes is stored whatever there is; so it is asked before it begins. */
  private void checkRoom(JobSpec spec) {
    if (makesFiles(spec) && artifacts.isFull()) {
      throw Problem.of(
              ProblemType.STORE_FULL,
              "The artifact store is full, and the job would store the model that it makes. Delete"
                  + " versions of models and files that nobody needs, or set"
                  + " artifact-store-bytes-max higher.")
          .toException();
    }
  }

  private static boolean makesFiles(JobSpec spec) {
    return switch (spec.work()) {
      case TrainingSpec training -> true;
      case QuantisationSpec quantisation -> true;
      case InferenceSpec inference -> false;
      case PredictionSpec prediction -> false;
    };
  }

  /** The ledger decides on it as well, and may know of more jobs under way. */
  private void checkName(JobSpec spec) {
    ModelRecord.registers(spec.work())
        .flatMap(models::full)
        .ifPresent(
            cause -> {
              throw Problem.of(
                      ProblemType.NAME_FULL,
                      cause.what() + " " + cause.why() + " " + cause.mend(),
                      List.of(cause))
                  .toException();
            });
  }

  private void checkFiles(JobSpec spec) {
    var missing = new ArrayList<Cause>();
    try {
      for (var file : ArtifactUses.files(spec).entrySet()) {
        var kept = artifacts.keep(file.getValue());
        if (kept == Kept.GOING) {
          throw going(file.getValue());
        }
        if (kept == Kept.MISSING) {
          missing.add(
              new Cause(
                  Code.ARTIFACT_MISSING,
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

  private static <T> Optional<T> await(CompletableFuture<T> answer) {
    try {
      return Optional.of(answer.get());
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case TimeoutException timeout -> Optional.empty();
        case RejectedExecutionException full -> Optional.empty(); // what was asked is in the log
        case null, default -> throw new IllegalStateException("waiting failed", e);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(ProblemType.UNAVAILABLE, "The producer is stopping.").toException();
    }
  }
}
