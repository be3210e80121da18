package dev.sluice.schemas.topics;

import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.StoredState;

/** Keys of states in {@link Topic#JOB_STATES}. */
public final class StateKeys {

  /** No job id, model or lane begins with a slash. */
  public static final String CURSOR = "/cursor";

  /** Where cursors of earlier commits stand, in each partition; it may be a job's id as well. */
  private static final String EARLIER_CURSOR = "cursor";

  private static final String MODEL = "model/";

  private StateKeys() {}

  /** The key under which a state stands; a record that has another is none of the ledger's. */
  public static String of(StoredState state) {
    return switch (state) {
      case JobState job -> job.jobId();
      case ManifestChunk chunk -> chunk(chunk.jobId(), chunk.chunk());
      case ModelEntry model -> MODEL + model.name();
      case Lane lane -> Topic.laneKey(lane.lane());
      case LedgerCursor cursor -> CURSOR;
    };
  }

  /** Key of a manifest chunk. */
  public static String chunk(String jobId, int chunk) {
    return jobId + "/" + chunk;
  }

  /**
   * Whether a key belongs in a partition: jobs and models are in that of their id or name, lanes
   * and cursors in each.
   *
   * @param partitions of {@link Topic#JOB_STATES}
   */
  public static boolean belongs(String key, int partition, int partitions) {
    if (key.equals(CURSOR) || key.startsWith(Topic.laneKey(""))) {
      return true;
    }
    int slash = key.indexOf('/');
    var owner =
        isModel(key) ? key.substring(MODEL.length()) : slash < 0 ? key : key.substring(0, slash);
    return Topic.partition(owner, partitions) == partition;
  }

  /** Whether what stands under a key can only be another program's, whatever it says. */
  public static boolean isForeign(String key, int partition, int partitions) {
    return !key.equals(EARLIER_CURSOR) && !belongs(key, partition, partitions);
  }

  /** Whether a state stands where it belongs, or did in earlier commits. */
  public static boolean isAt(String key, int partition, int partitions, StoredState state) {
    return (state instanceof LedgerCursor && key.equals(EARLIER_CURSOR))
        || (of(state).equals(key) && belongs(key, partition, partitions));
  }

  /** Whether it is the key of a model. */
  public static boolean isModel(String key) {
    return key.startsWith(MODEL);
  }
}
