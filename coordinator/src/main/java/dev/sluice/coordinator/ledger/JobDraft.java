package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.state.InferenceState;
import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.TrainingState;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.PlacementDecision;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.ValidationCurve;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job while one decision changes it. What is new among its facts gets a digest when it is first
 * referred to, by a task or by the job's state.
 */
final class JobDraft {

  /** What changes it. */
  final Turn turn;

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
  private final @Nullable Job before;
  private final FactDigests stored;
  private final ValidationCurve measured;

  /** Those that are new. */
  private final Map<FactPart, JobFacts> facts = new EnumMap<>(FactPart.class);

  JobDraft(Job job, Turn turn) {
    this.turn = turn;
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
    stored = job.facts();
    measured = job.curve();
    before = job;
  }

  JobDraft(Submitted submitted, Turn turn) {
    this.turn = turn;
    jobId = submitted.jobId();
    bodyDigest = submitted.bodyDigest();
    spec = submitted.spec();
    submittedMs = turn.nowMs();
    status = JobStatus.HELD;
    verdicts = List.of();
    lane = "";
    epoch = 1;
    open = new ArrayList<>();
    before = null;
    stored = FactDigests.NONE;
    measured = new ValidationCurve(jobId, List.of());
  }

  Optional<OpenTask> task(String taskId) {
    return open.stream().filter(task -> task.taskId().equals(taskId)).findFirst();
  }

  void replace(OpenTask old, OpenTask fresh) {
    open.set(open.indexOf(old), fresh);
  }

  /** As it is from now on, but for the digests of its facts. */
  Job build(long nowMs) {
    return build(nowMs, open);
  }

  private Job build(long nowMs, List<OpenTask> tasks) {
    return new Job(
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
        tasks,
        training,
        inference,
        model,
        cause,
        placement,
        source,
        stored);
  }

  /** By what one of its facts is referred to; 0: it has none of the kind. */
  long digest(FactPart part) {
    return digest(part, build(0, List.of())); // no fact is about tasks, of which there may be many
  }

  private long digest(FactPart part, Job job) {
    var fact = job.fact(part);
    if (fact == null) {
      return 0;
    }
    if (before != null && part.in(stored) != 0 && fact.equals(before.fact(part))) {
      return part.in(stored);
    }
    var known = facts.get(part);
    if (known == null || !known.fact().equals(fact)) {
      known = Job.record(jobId, submittedMs, fact);
      facts.put(part, known);
    }
    return known.digest();
  }

  /** What held-out rows had shown before. */
  ValidationCurve measured() {
    return measured;
  }

  /** As it is from now on, with the digests of its facts. */
  Job changed() {
    var job = build(turn.nowMs());
    return job.withFacts(
        new FactDigests(
            digest(FactPart.SPEC, job),
            digest(FactPart.VERDICTS, job),
            digest(FactPart.FOUND, job),
            digest(FactPart.MADE, job),
            digest(FactPart.CAUSE, job)));
  }

  /** Those of a changed job's facts that are not stored yet. */
  List<JobFacts> freshFacts(Job changed) {
    return facts.values().stream()
        .filter(
            fresh -> {
              var part = FactPart.of(fresh.fact());
              return fresh.digest() == part.in(changed.facts())
                  && fresh.digest() != part.in(stored);
            })
        .toList();
  }
}
