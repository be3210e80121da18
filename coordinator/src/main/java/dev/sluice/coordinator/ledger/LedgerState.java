package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.StoredState;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of one partition of the ledger: what {@code sluice.job-states} holds for it. It changes
 * in one place, {@link #apply}, by the very records that recovery reads back.
 */
public final class LedgerState {

  private final Map<String, ManifestChunk> chunks = new HashMap<>();
  private final Map<String, ModelEntry> models = new HashMap<>();
  private final Map<String, Lane> lanes = new TreeMap<>();
  private final Map<String, JobState> active = new TreeMap<>();
  private final Map<String, Ended> ended = new LinkedHashMap<>();
  private long nextOffset;

  /** Takes a state over. */
  public void apply(StoredState state) {
    switch (state) {
      case JobState job -> {
        if (terminal(job.status())) {
          end(job);
        } else {
          active.put(job.jobId(), job);
        }
      }
      case ManifestChunk chunk -> {
        if (!ended.containsKey(chunk.jobId())) {
          chunks.put(StateKeys.of(chunk), chunk);
        }
      }
      case ModelEntry model -> models.put(model.name(), model);
      case Lane lane -> lanes.put(lane.lane(), lane);
      case LedgerCursor cursor -> nextOffset = cursor.nextOffset();
    }
  }

  /** Whether nothing can happen to a job any more. */
  public static boolean terminal(JobStatus status) {
    return switch (status) {
      case SUCCEEDED, FAILED, CANCELLED, REFUSED -> true;
      case HELD, RESOLVING, PREPARING, RUNNING, EXPORTING, REGISTERING -> false;
    };
  }

  /** Offset of the next record of {@code sluice.jobs} to decide on. */
  public long nextOffset() {
    return nextOffset;
  }

  /** The job where it has not ended, otherwise null. */
  public @Nullable JobState job(String jobId) {
    return active.get(jobId);
  }

  /** Whether the job has been submitted, ended or not. */
  boolean known(String jobId) {
    return active.containsKey(jobId) || ended.containsKey(jobId);
  }

  /**
   * All that the ledger remembers of a job that ended; the rest is read from the topic.
   *
   * @param jobId job id
   * @param finishedMs when it ended
   * @param chunks chunks of its manifest
   */
  public record Ended(String jobId, long finishedMs, int chunks) {}

  /** Jobs that ended before a moment, oldest first. */
  public List<Ended> endedBefore(long beforeMs, int countMax) {
    return ended.values().stream().filter(e -> e.finishedMs < beforeMs).limit(countMax).toList();
  }

  /** Forgets a job whose states have been removed from the topic. */
  public void forget(String jobId) {
    ended.remove(jobId);
  }

  private void end(JobState job) {
    active.remove(job.jobId());
    int count = 0;
    if (job.inference() != null) {
      count = Math.ceilDiv(job.inference().tasks(), InferenceJob.RANGES_PER_CHUNK);
      for (int chunk = 0; chunk < count; chunk++) {
        chunks.remove(StateKeys.chunk(job.jobId(), chunk));
      }
    }
    ended.put(job.jobId(), new Ended(job.jobId(), job.finishedMs(), count));
  }

  /** Jobs that have not ended, by id. */
  public Collection<JobState> activeJobs() {
    return active.values();
  }

  /** Lanes that are declared. */
  public Collection<Lane> lanes() {
    return lanes.values();
  }

  @Nullable Lane lane(String name) {
    return lanes.get(name);
  }

  @Nullable ModelEntry model(String name) {
    return models.get(name);
  }

  ManifestChunk chunk(String jobId, int chunk) {
    return chunks.getOrDefault(
        StateKeys.chunk(jobId, chunk), new ManifestChunk(jobId, chunk, List.of()));
  }

  /** Where a task waits or runs. */
  static String lane(JobState job, OpenTask task) {
    return task.lane().isEmpty() ? job.lane() : task.lane();
  }
}
