package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a job but the ranges of its results.
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
 * @param model the model that training made; null before
 * @param cause why it failed, was refused, is held or was cancelled
 * @param placement why it went to its lane; null before
 * @param source the model version that is quantised; null in other jobs and before it was resolved
 */
public record JobState(
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
    @Nullable ModelVersion source)
    implements StoredState {
  public JobState {
    verdicts = List.copyOf(verdicts);
    open = List.copyOf(open);
  }
}
