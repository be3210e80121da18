package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows the events of a job. What never changes once it is known is in {@code
 * sluice.job-facts}, see {@link JobFacts}.
 *
 * @param jobId job id
 * @param bodyDigest digest of the request
 * @param facts the facts that belong to it
 * @param status where it stands
 * @param submittedMs when it was submitted
 * @param updatedMs when this state was written
 * @param finishedMs when it reached a terminal state; 0 before
 * @param lane the lane chosen; empty: none
 * @param epoch incremented whenever tasks issued before must no longer count
 * @param open tasks dispatched and not reported
 * @param training training; null for inference and before preparation
 * @param inference inference; null for training and before the model was resolved
 * @param version number under which the model that was made is registered; 0: it is not
 * @param registeredMs when that was registered; 0 before
 * @param placement why it went to its lane; null before
 */
public record JobState(
    String jobId,
    String bodyDigest,
    FactDigests facts,
    JobStatus status,
    long submittedMs,
    long updatedMs,
    long finishedMs,
    String lane,
    int epoch,
    List<OpenTask> open,
    @Nullable TrainingProgress training,
    @Nullable InferenceProgress inference,
    int version,
    long registeredMs,
    @Nullable PlacementDecision placement)
    implements StoredState {
  public JobState {
    open = List.copyOf(open);
  }
}
