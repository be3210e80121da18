package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a block but its vectors.
 *
 * @param jobId job id
 * @param block block
 * @param plan the job's fold
 * @param generation current generation; -1: the initial vector has not come
 * @param vectors names of the vectors that belong to this checkpoint
 * @param pending sums that wait, in the order of their vectors pending-0, pending-1,
 * @param epochLossSum sum of losses since the epoch began
 * @param epochSamples samples since the epoch began
 * @param samples samples since the start
 * @param validation measurements on held-out rows; null: there are none
 */
public record BlockCheckpoint(
    String jobId,
    int block,
    FoldStarted plan,
    long generation,
    List<String> vectors,
    List<PendingNode> pending,
    double epochLossSum,
    long epochSamples,
    long samples,
    @Nullable BlockValidation validation)
    implements CheckpointEntry {
  public BlockCheckpoint {
    vectors = List.copyOf(vectors);
    pending = List.copyOf(pending);
  }
}
