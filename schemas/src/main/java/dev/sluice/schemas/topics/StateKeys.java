package dev.sluice.schemas.topics;

import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.ValidationCurve;
import java.util.Optional;

/** Keys of states in {@link Topic#JOB_STATES}. */
public final class StateKeys {

  /** Key of the cursor of each partition. No job id, model or lane begins with a slash. */
  public static final String CURSOR = "/cursor";

  private static final String ENDED = "/ended/";
  private static final String MODEL = "model/";
  private static final String CURVE = "/curve";

  /** Between a model's name and the job that has a place under it. */
  private static final String PLACE = "/for/";

  private static final String NUMBER = "[1-9][0-9]{0,8}";

  private StateKeys() {}

  /** The key under which a state stands; a record that has another is none of the ledger's. */
  public static String of(StoredState state) {
    return switch (state) {
      case JobState job -> job.jobId();
      case ManifestChunk chunk -> chunk(chunk.jobId(), chunk.chunk());
      case ValidationCurve curve -> curve(curve.jobId());
      case ModelEntry model -> MODEL + model.name();
      case ModelVersion version -> version(version.name(), version.version());
      case ModelPlace place -> place(place.name(), place.jobId());
      case Lane lane -> Topic.laneKey(lane.lane());
      case LedgerCursor cursor -> CURSOR;
      case EndedJobs ended -> ended(ended.partition(), ended.number());
      case OpenPrediction prediction -> prediction.jobId();
    };
  }

  /** Key of jobs that have ended, here and in {@link Topic#CONTROLS}. */
  public static String ended(int partition, int number) {
    return ENDED + partition + "/" + number;
  }

  /** Whether a key is one of {@link #ended jobs that have ended}. */
  public static boolean isEnded(String key) {
    return key.startsWith(ENDED);
  }

  /** Key of a model's version. */
  public static String version(String model, int version) {
    return MODEL + published(model, version);
  }

  /** Key of a model's version in {@link Topic#MODELS}. */
  public static String published(String model, int version) {
    return model + "/" + version;
  }

  /** Key of the place of a job under a model's name. */
  public static String place(String model, String jobId) {
    return MODEL + model + PLACE + jobId;
  }

  /** Key of a manifest chunk. */
  public static String chunk(String jobId, int chunk) {
    return jobId + "/" + chunk;
  }

  /** Key of a job's validation curve. */
  public static String curve(String jobId) {
    return jobId + CURVE;
  }

  /**
   * Whether a key belongs in a partition: jobs and models are in that of their id or name, lanes
   * and cursors in each, jobs that have ended in the one that the key says.
   *
   * @param partitions of {@link Topic#JOB_STATES}
   */
  public static boolean belongs(String key, int partition, int partitions) {
    if (isEnded(key)) {
      return key.startsWith(ENDED + partition + "/");
    }
    if (key.equals(CURSOR) || key.startsWith(Topic.laneKey(""))) {
      return true;
    }
    var named = isModel(key) ? key.substring(MODEL.length()) : key;
    int slash = named.indexOf('/');
    var owner = slash < 0 ? named : named.substring(0, slash);
    return Topic.partition(owner, partitions) == partition;
  }

  /** Whether what stands under a key can only be another program's, whatever it says. */
  public static boolean isForeign(String key, int partition, int partitions) {
    return !belongs(key, partition, partitions);
  }

  /** Whether a state stands where it belongs, and is one that a ledger can have written. */
  public static boolean isAt(String key, int partition, int partitions, StoredState state) {
    return of(state).equals(key)
        && belongs(key, partition, partitions)
        && (!(state instanceof OpenPrediction job) || job.isSound());
  }

  /** Whether it is the key of a model, or of what belongs to one. */
  public static boolean isModel(String key) {
    return key.startsWith(MODEL);
  }

  /** Key of the model, or of the version, that stands under a key of {@link Topic#MODELS}. */
  public static String ofPublished(String key) {
    return MODEL + key;
  }

  /** What a key of {@link #isModel a model} is of. */
  public sealed interface OfModel {
    /** Name of the model. */
    String name();

    /**
     * The name itself.
     *
     * @param name name of the model
     */
    record Entry(String name) implements OfModel {}

    /**
     * A version.
     *
     * @param name name of the model
     * @param version its number
     */
    record Version(String name, int version) implements OfModel {}

    /**
     * A place.
     *
     * @param name name of the model
     * @param jobId job that has it
     */
    record Place(String name, String jobId) implements OfModel {}
  }

  /** What a key is of; empty where it is no key of a model. */
  public static Optional<OfModel> ofModel(String key) {
    if (!isModel(key)) {
      return Optional.empty();
    }
    var named = key.substring(MODEL.length());
    int slash = named.indexOf('/');
    if (slash < 0) {
      return Optional.of(new OfModel.Entry(named));
    }
    var name = named.substring(0, slash);
    if (named.startsWith(PLACE, slash)) {
      return Optional.of(new OfModel.Place(name, named.substring(slash + PLACE.length())));
    }
    var number = named.substring(slash + 1);
    return number.matches(NUMBER)
        ? Optional.of(new OfModel.Version(name, Integer.parseInt(number)))
        : Optional.empty();
  }
}
