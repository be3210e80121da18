package dev.sluice.jobs.state;

import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.JobFact;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.LaneVerdicts;
import dev.sluice.schemas.wire.MadeModel;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.PlacementDecision;
import dev.sluice.schemas.wire.ResolvedModel;
import dev.sluice.schemas.wire.TrainingPlan;
import dev.sluice.schemas.wire.ValidationCurve;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a job but the ranges of its results and what they add up to.
 *
 * @param jobId job id
 * @param bodyDigest digest of the request
 * @param spec the job
 * @param status where it stands
 * @param submittedMs when it was submitted
 * @param updatedMs when this state was written
 * @param finishedMs when it reached a terminal state; 0 before
 * @param verdicts admission's verdict for every lane known then
 * @param lane the lane chosen; empty: none
 * @param epoch incremented whenever tasks issued before must no longer count
 * @param open tasks dispatched and not reported
 * @param training training; null for inference and before preparation
 * @param inference inference; null for training and before the model was resolved
 * @param model the model that training or quantisation made; null before
 * @param cause why it failed, was refused, is held or was cancelled
 * @param placement why it went to its lane; null before
 * @param source the model version that is quantised; null in other jobs and before it was resolved
 * @param facts digests of its facts, by which a state refers to them
 */
public record Job(
    String jobId,
    String bodyDigest,
    JobSpec spec,
    JobStatus status,
    long submittedMs,
    long updatedMs,
    long finishedMs,
    List<LaneVerdict> verdicts,
    String lane,
    int epoch,
    List<OpenTask> open,
    @Nullable TrainingState training,
    @Nullable InferenceState inference,
    @Nullable ModelVersion model,
    @Nullable Cause cause,
    @Nullable PlacementDecision placement,
    @Nullable ModelVersion source,
    FactDigests facts) {
  public Job {
    verdicts = List.copyOf(verdicts);
    open = List.copyOf(open);
  }

  /** What follows its events. */
  public JobState state() {
    return new JobState(
        jobId,
        bodyDigest,
        facts,
        status,
        submittedMs,
        updatedMs,
        finishedMs,
        lane,
        epoch,
        open,
        training == null ? null : training.progress(),
        inference == null ? null : inference.progress(),
        model == null ? 0 : model.version(),
        model == null ? 0 : model.registeredMs(),
        placement);
  }

  /** What held-out rows showed; no points where none were looked at. */
  public ValidationCurve curve() {
    var validation = training == null ? null : training.validation();
    return new ValidationCurve(jobId, validation == null ? List.of() : validation.points());
  }

  /** One of its facts; null where it has none of the kind. */
  public @Nullable JobFact fact(FactPart part) {
    return switch (part) {
      case SPEC -> spec;
      case VERDICTS -> verdicts.isEmpty() ? null : new LaneVerdicts(verdicts);
      case FOUND -> found();
      case MADE -> made();
      case CAUSE -> cause;
    };
  }

  private @Nullable JobFact found() {
    if (training != null) {
      return training.plan();
    }
    var resolved = inference == null ? source : inference.model();
    return resolved == null ? null : new ResolvedModel(resolved);
  }

  /** The network of what was found out; null before. */
  private @Nullable NetworkFacts network() {
    return switch (found()) {
      case TrainingPlan plan -> plan.prepared().network();
      case ResolvedModel resolved -> resolved.model().network();
      case null, default -> null;
    };
  }

  private @Nullable MadeModel made() {
    var m = model;
    if (m == null) {
      return null;
    }
    var network = m.network().equals(network()) ? null : m.network();
    return new MadeModel(
        m.name(),
        m.sha256(),
        network,
        m.files(),
        m.metrics(),
        m.dataset(),
        m.splitSeed(),
        m.engine(),
        m.format(),
        m.parent());
  }

  /** The same with other digests. */
  public Job withFacts(FactDigests digests) {
    return new Job(
        jobId,
        bodyDigest,
        spec,
        status,
        submittedMs,
        updatedMs,
        finishedMs,
        verdicts,
        lane,
        epoch,
        open,
        training,
        inference,
        model,
        cause,
        placement,
        source,
        digests);
  }

  /** A fact as it is stored, with the digest by which it is referred to. */
  public static JobFacts record(String jobId, long submittedMs, JobFact fact) {
    return new JobFacts(jobId, submittedMs, Digest.of(fact), fact);
  }
}
