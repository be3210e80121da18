package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.InferenceState;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.PlacementDecision;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A job's state while one decision changes it. */
final class JobDraft {

  final String jobId;
  final String bodyDigest;
  final JobSpec spec;
  final long submittedMs;
  JobStatus status;
  List<LaneVerdict> verdicts;
  String lane;
  int epoch;
  final List<OpenTask> open;
  @Nullable TrainingState training;
  @Nullable InferenceState inference;
  @Nullable ModelVersion model;
  @Nullable Cause cause;
  @Nullable PlacementDecision placement;
  @Nullable ModelVersion source;

  JobDraft(JobState job) {
    jobId = job.jobId();
    bodyDigest = job.bodyDigest();
    spec = job.spec();
    submittedMs = job.submittedMs();
    status = job.status();
    verdicts = job.verdicts();
    lane = job.lane();
    epoch = job.epoch();
    open = new ArrayList<>(job.open());
    training = job.training();
    inference = job.inference();
    model = job.model();
    cause = job.cause();
    placement = job.placement();
    source = job.source();
  }

  JobDraft(Submitted submitted, long nowMs) {
    jobId = submitted.jobId();
    bodyDigest = submitted.bodyDigest();
    spec = submitted.spec();
    submittedMs = nowMs;
    status = JobStatus.HELD;
    verdicts = List.of();
    lane = "";
    epoch = 1;
    open = new ArrayList<>();
  }

  Optional<OpenTask> task(String taskId) {
    return open.stream().filter(task -> task.taskId().equals(taskId)).findFirst();
  }

  void replace(OpenTask old, OpenTask fresh) {
    open.set(open.indexOf(old), fresh);
  }

  JobState build(long nowMs) {
    return new JobState(
        jobId,
        bodyDigest,
        spec,
        status,
        submittedMs,
        nowMs,
        LedgerState.terminal(status) ? nowMs : 0,
        verdicts,
        lane,
        epoch,
        open,
        training,
        inference,
        model,
        cause,
        placement,
        source);
  }
}
