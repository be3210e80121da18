package dev.sluice.schemas.topics;

import dev.sluice.schemas.wire.Priority;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;

/**
 * Every topic of Sluice. This is the one place that knows their names, keys, partitions and
 * retention; the messages are in {@code sluice.avdl}.
 *
 * <p>Topics that share a partitioning stand together: partition p of {@link #JOB_STATES} holds the
 * states that partition p of {@link #JOBS} led to, and a block has one partition number in {@link
 * #GRADIENTS}, {@link #PARAMETERS}, {@link #CHECKPOINTS} and {@link #ANCHORS}. Partition counts
 * never change once made: {@link TopicRegister} keeps them.
 */
public enum Topic {
  /** Commands and reports, keyed by job id or by the name of the model or lane they are about. */
  JOBS("sluice.jobs", 4, Kept.DAYS_14),
  /** The state of every job, model and lane, by its key; partitioned as {@link #JOBS}. */
  JOB_STATES("sluice.job-states", 4, Kept.COMPACTED),
  /** Run, pause or stop, by job id. */
  CONTROLS("sluice.controls", 1, Kept.COMPACTED),
  /**
   * Contributions to training steps, by {@link #blockKey}. Trimmed by the fold, behind its
   * checkpoints, and by nothing else: a bound of time or size would take what is not folded yet.
   */
  GRADIENTS("sluice.gradients", 4, Kept.FOREVER),
  /** Parameter blocks, by {@link #blockKey}. Trimmed by the fold, not by time. */
  PARAMETERS("sluice.parameters", 4, Kept.FOREVER),
  /**
   * The fold's state; partitioned as {@link #GRADIENTS}. Compacted, and trimmed by the fold before
   * the newest checkpoint that holds everything: compaction alone is minutes behind, and a takeover
   * reads all there is.
   */
  CHECKPOINTS("sluice.checkpoints", 4, Kept.COMPACTED_AND_TRIMMED),
  /**
   * The fold's whole state now and then, for audits; partitioned as {@link #GRADIENTS}. Trimmed by
   * the fold, not by time.
   */
  ANCHORS("sluice.anchors", 4, Kept.FOREVER),
  /** Answers of inference tasks, by job id. */
  RESULTS("sluice.results", 4, Kept.DAYS_14),
  /** Heartbeats, by worker id; and what asks for the brokers' time, see {@code BrokersTime}. */
  FLEET("sluice.fleet", 1, Kept.COMPACTED),
  /** Models, by name. */
  MODELS("sluice.models", 1, Kept.COMPACTED),
  /** Pieces of files, by digest and number. All pieces of a file are in one partition. */
  ARTIFACTS("sluice.artifacts", 4, Kept.COMPACTED),
  /** Writer schemas as JSON, by fingerprint. */
  SCHEMAS("sluice.schemas", 1, Kept.COMPACTED),
  /** What could not be processed, by where it came from. */
  DEAD_LETTERS("sluice.dead-letters", 1, Kept.DAYS_28),
  /**
   * What each of these topics was when it was made, by its name ({@link TopicRegister}). Neither
   * compacted nor trimmed: the first record of a name is the one that counts.
   */
  CLUSTER("sluice.cluster", 1, Kept.FOREVER);

  /** Largest record in any topic, in bytes: a block and its header, with room to grow. */
  public static final int RECORD_BYTES_MAX = 8 * 1024 * 1024;

  /** Values in a full block: 1 MiB of binary32, the record size at which Kafka moves most bytes. */
  public static final int BLOCK_FLOATS = 262_144;

  private static final Map<String, String> COMPACTION =
      Map.of(
          "cleanup.policy", "compact",
          "segment.bytes", "67108864",
          "min.cleanable.dirty.ratio", "0.3",
          "delete.retention.ms", "86400000");

  private final String topicName;
  private final int partitions;
  private final Kept kept;

  Topic(String topicName, int partitions, Kept kept) {
    this.topicName = topicName;
    this.partitions = partitions;
    this.kept = kept;
  }

  /** How long records stay. */
  private enum Kept {
    COMPACTED,
    COMPACTED_AND_TRIMMED,
    DAYS_14,
    DAYS_28,
    FOREVER
  }

  /** The name on the broker. */
  public String topicName() {
    return topicName;
  }

  /** Number of partitions when Sluice creates the topic. An existing topic keeps its own. */
  public int partitions() {
    return partitions;
  }

  /** Topic settings, as in Kafka's topic configuration. */
  public Map<String, String> settings() {
    // The broker's clock is the clock: every record carries the time at which it was appended.
    return switch (kept) {
      case COMPACTED -> topicSettings(COMPACTION);
      case COMPACTED_AND_TRIMMED -> {
        var settings = new HashMap<>(COMPACTION);
        // Only then may records be deleted by whoever asks for it; nothing else deletes any.
        settings.put("cleanup.policy", "compact,delete");
        settings.put("retention.ms", "-1");
        settings.put("retention.bytes", "-1");
        yield topicSettings(settings);
      }
      case DAYS_14 -> topicSettings(Map.of("retention.ms", String.valueOf(14 * 86_400_000L)));
      case DAYS_28 -> topicSettings(Map.of("retention.ms", String.valueOf(28 * 86_400_000L)));
      // Where a cluster's defaults would delete, these say that nothing but trimming may.
      case FOREVER -> {
        var settings = new HashMap<>(retention());
        settings.put("segment.bytes", "67108864");
        yield topicSettings(settings);
      }
    };
  }

  /**
   * Whether only Sluice itself removes records, once they are folded and checkpointed: a broker
   * that did so by time or size would remove what a slow fold has yet to read.
   */
  public boolean trimmedByItsReader() {
    return kept == Kept.FOREVER;
  }

  /** Those of its settings by which brokers would remove records that were not read yet. */
  Map<String, String> retention() {
    return switch (kept) {
      case FOREVER ->
          Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1");
      case COMPACTED_AND_TRIMMED ->
          Map.of("cleanup.policy", "compact,delete", "retention.ms", "-1", "retention.bytes", "-1");
      case COMPACTED -> Map.of("cleanup.policy", "compact");
      // How long they stay is the operator's to choose.
      case DAYS_14, DAYS_28 -> Map.of("cleanup.policy", "delete");
    };
  }

  /**
   * Whether it may be made anew: nothing is lost with what was in it, or whoever misses it says so.
   * The fold fails the jobs whose gradients are gone, and workers say again that they are there.
   */
  boolean mayBeMadeAnew() {
    return this == GRADIENTS || this == FLEET || this == DEAD_LETTERS;
  }

  /** Settings of a lane's task topics: tasks stay until the share group is done with them. */
  public static Map<String, String> taskTopicSettings() {
    return topicSettings(Map.of("retention.ms", String.valueOf(7 * 86_400_000L)));
  }

  private static Map<String, String> topicSettings(Map<String, String> own) {
    var all = new HashMap<>(own);
    all.put("message.timestamp.type", "LogAppendTime");
    all.put("max.message.bytes", String.valueOf(RECORD_BYTES_MAX));
    all.put("compression.type", "producer");
    return Map.copyOf(all);
  }

  /** Task topic of a lane and priority: {@code sluice.tasks.<lane>.<priority>}. */
  public static String tasks(String lane, Priority priority) {
    return "sluice.tasks." + lane + "." + priority.name().toLowerCase(Locale.ROOT);
  }

  /** The task topics of a lane, most urgent first. */
  public static List<String> tasks(String lane) {
    return Arrays.stream(Priority.values()).map(p -> tasks(lane, p)).toList();
  }

  /**
   * The share group whose members are the workers of a lane. A dot follows {@code sluice}, and a
   * hyphen in {@link Groups}: whatever a lane is called, it has no group of ours.
   */
  public static String shareGroup(String lane) {
    return "sluice.lane." + lane;
  }

  /** Key of a block in the three data-plane topics. */
  public static String blockKey(String jobId, int block) {
    return jobId + "/" + block;
  }

  /** Key of a lane's state in {@link #JOB_STATES}. */
  public static String laneKey(String lane) {
    return "lane/" + lane;
  }

  /** Partition of a key, as the Java producer's default partitioner has it (murmur2). */
  public static int partition(String key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
  }
}
