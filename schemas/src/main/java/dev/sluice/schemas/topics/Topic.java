package dev.sluice.schemas.topics;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.Priority;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * Every topic of Sluice. This is the one place that knows their names, keys, partitions and
 * retention; the messages are in {@code sluice.avdl}.
 *
 * <p>Topics that share a partitioning stand together: partition p of {@link #JOB_STATES} and of
 * {@link #JOB_FACTS} holds what partition p of {@link #JOBS} led to, and a block has one partition
 * number in {@link #GRADIENTS}, {@link #PARAMETERS}, {@link #CHECKPOINTS} and {@link #ANCHORS}.
 * Partition counts never change once made: {@code TopicRegister} keeps them.
 */
public enum Topic {
  /** Commands and reports, keyed by job id or by the name of the model or lane they are about. */
  JOBS("sluice.jobs", 4, Kept.DAYS_14),
  /**
   * The state of every model and lane, and of every job until shortly after its end, by {@link
   * StateKeys its key}; of those that have ended before only which they are. Partitioned as {@link
   * #JOBS}.
   */
  JOB_STATES("sluice.job-states", 4, Kept.COMPACTED_SOON),
  /**
   * What does not change about a job once it is known, by {@link FactPart#key}; partitioned as
   * {@link #JOBS}.
   */
  JOB_FACTS("sluice.job-facts", 4, Kept.COMPACTED_SOON),
  /**
   * Jobs that have ended: their records of {@link #JOB_STATES} and {@link #JOB_FACTS} as they were
   * at last, under the same keys, the job's own state last. All carry the time at which the job
   * left, by which they are found. Partitioned as {@link #JOBS}.
   */
  JOB_HISTORY("sluice.job-history", 4, Kept.DAYS_14),
  /**
   * The lanes that there are, by name: for workers that come, which need to know of one lane and of
   * no job.
   */
  LANES("sluice.lanes", 1, Kept.COMPACTED),
  /** Run, pause or stop, by job id; and jobs that have ended, by {@link StateKeys#ended}. */
  CONTROLS("sluice.controls", 1, Kept.COMPACTED_SOON),
  /**
   * Contributions to training steps, by {@link #blockKey}. Trimmed by the fold, behind its
   * checkpoints, and by nothing else: a bound of time or size would take what is not folded yet.
   */
  GRADIENTS("sluice.gradients", 4, Kept.FOREVER),
  /**
   * Parameter blocks, by {@link #blockKey}; and, by {@link #foldedKey}, the state of folds for
   * workers that go on by themselves. Trimmed by the fold, not by time.
   */
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
  /**
   * Jobs that had their rows themselves, as they have ended, with their answers, by job id: for
   * whoever waits for them, and what is kept of them. Partitioned as {@link #JOBS}.
   */
  PREDICTIONS("sluice.predictions", 4, Kept.DAYS_14),
  /** Heartbeats, by worker id; and what asks for the brokers' time, see {@code BrokersTime}. */
  FLEET("sluice.fleet", 1, Kept.COMPACTED),
  /** Models, by name, and their versions, by {@link StateKeys#published name and number}. */
  MODELS("sluice.models", 1, Kept.COMPACTED),
  /**
   * Pieces of files, by digest and number, and notices of their removal. All of a file is in one
   * partition.
   */
  ARTIFACTS("sluice.artifacts", 4, Kept.COMPACTED),
  /** Writer schemas as JSON, by fingerprint. */
  SCHEMAS("sluice.schemas", 1, Kept.COMPACTED),
  /** What could not be processed, by where it came from. */
  DEAD_LETTERS("sluice.dead-letters", 1, Kept.DAYS_28),
  /**
   * What each of these topics was when it was made, by its name ({@code TopicRegister}). Neither
   * compacted nor trimmed: the first record of a name is the one that counts.
   */
  CLUSTER("sluice.cluster", 1, Kept.FOREVER);

  /** Values in a full block: 1 MiB of binary32, the record size at which Kafka moves most bytes. */
  public static final int BLOCK_FLOATS = 262_144;

  /** The setting that says whose clock tells the times of records. */
  public static final String TIMESTAMPS = "message.timestamp.type";

  /** {@link #TIMESTAMPS} where it is the brokers' clock. */
  public static final String APPENDED = "LogAppendTime";

  private static final String TASKS = "sluice.tasks.";

  private static final String ROWS = "rows";

  static final String FOLDED = "/state";

  /** Of the digest of an engine fingerprint; two engines of one lane never meet. */
  private static final int ENGINE_BYTES = 8;

  private static final Map<String, String> COMPACTION =
      Map.of(
          "cleanup.policy", "compact",
          "segment.bytes", "67108864",
          "min.cleanable.dirty.ratio", "0.3",
          "delete.retention.ms", "86400000");

  /**
   * For topics whose keys are mostly removed soon: whoever starts should read neither what was
   * removed nor the removals. A follower that was away for longer than removals are kept reads the
   * topic from its beginning.
   */
  private static final Map<String, String> SOON =
      Map.of(
          "cleanup.policy", "compact",
          "segment.bytes", "16777216",
          "min.cleanable.dirty.ratio", "0.1",
          "max.compaction.lag.ms", String.valueOf(Kept.REMOVALS_MS),
          "delete.retention.ms", String.valueOf(Kept.REMOVALS_MS));

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
    COMPACTED_SOON,
    COMPACTED_AND_TRIMMED,
    DAYS_14,
    DAYS_28,
    FOREVER;

    /** How long the removal of a key is kept. */
    private static final long REMOVALS_MS = 120_000;
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
    var all = new HashMap<>(topicSettings(kept()));
    all.put(TIMESTAMPS, timestamps());
    return Map.copyOf(all);
  }

  private Map<String, String> kept() {
    return switch (kept) {
      case COMPACTED -> COMPACTION;
      case COMPACTED_SOON -> SOON;
      case COMPACTED_AND_TRIMMED -> {
        var settings = new HashMap<>(COMPACTION);
        // Only then may records be deleted by whoever asks for it; nothing else deletes any.
        settings.put("cleanup.policy", "compact,delete");
        settings.put("retention.ms", "-1");
        settings.put("retention.bytes", "-1");
        yield settings;
      }
      case DAYS_14 -> Map.of("retention.ms", String.valueOf(14 * 86_400_000L));
      case DAYS_28 -> Map.of("retention.ms", String.valueOf(28 * 86_400_000L));
      // Where a cluster's defaults would delete, these say that nothing but trimming may.
      case FOREVER -> {
        var settings = new HashMap<>(retention());
        settings.put("segment.bytes", "67108864");
        yield settings;
      }
    };
  }

  /**
   * Whose clock tells the times of records, as {@value #TIMESTAMPS}. It is the brokers': every
   * record carries the time at which it was appended. Of what is kept of a job that has ended it
   * has to be known beforehand, as whoever looks for a job goes by it.
   */
  public String timestamps() {
    return this == JOB_HISTORY || this == PREDICTIONS ? "CreateTime" : APPENDED;
  }

  /**
   * Whether only Sluice itself removes records, once they are folded and checkpointed: a broker
   * that did so by time or size would remove what a slow fold has yet to read.
   */
  public boolean trimmedByItsReader() {
    return kept == Kept.FOREVER;
  }

  /** Those of its settings by which brokers would remove records that were not read yet. */
  public Map<String, String> retention() {
    return switch (kept) {
      case FOREVER ->
          Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1");
      case COMPACTED_AND_TRIMMED ->
          Map.of("cleanup.policy", "compact,delete", "retention.ms", "-1", "retention.bytes", "-1");
      case COMPACTED, COMPACTED_SOON -> Map.of("cleanup.policy", "compact");
      // How long they stay is the operator's to choose.
      case DAYS_14, DAYS_28 -> Map.of("cleanup.policy", "delete");
    };
  }

  /**
   * Whether it may be made anew: nothing is lost with what was in it, or whoever misses it says so.
   * The fold fails the jobs whose gradients are gone, workers say again that they are there and
   * which lane is theirs, and of jobs that have ended producers say that no more is known.
   */
  public boolean mayBeMadeAnew() {
    return switch (this) {
      case GRADIENTS, FLEET, LANES, DEAD_LETTERS, JOB_HISTORY, PREDICTIONS -> true;
      default -> false;
    };
  }

  /** Settings of a lane's task topics: tasks stay until the share group is done with them. */
  public static Map<String, String> taskTopicSettings() {
    return topicSettings(Map.of("retention.ms", String.valueOf(7 * 86_400_000L)));
  }

  private static Map<String, String> topicSettings(Map<String, String> own) {
    var all = new HashMap<>(own);
    all.put(TIMESTAMPS, APPENDED);
    all.put("max.message.bytes", String.valueOf(Codec.RECORD_BYTES_MAX));
    all.put("compression.type", "producer");
    return Map.copyOf(all);
  }

  /**
   * A queue of a lane: its own, for tasks that any of its workers can do, or that of an engine, for
   * tasks that need this one. Only workers with that engine read the latter, so that no task comes
   * to one that has to give it back.
   *
   * @param engine engine fingerprint that its tasks need; empty: any
   * @return the lane, or the lane, a dot and 16 hexadecimal digits; lanes have no dots
   */
  public static String queue(String lane, String engine) {
    if (engine.isEmpty()) {
      return lane;
    }
    var digest = Digests.sha256().digest(engine.getBytes(StandardCharsets.UTF_8));
    return lane + "." + HexFormat.of().formatHex(digest, 0, ENGINE_BYTES);
  }

  /**
   * The queue of a lane whose tasks have their rows themselves: many small ones, which workers take
   * and answer together. No engine's digest is called so.
   */
  public static String rowsQueue(String lane) {
    return lane + "." + ROWS;
  }

  /** Task topic of a {@link #queue queue} and priority: {@code sluice.tasks.<queue>.<priority>}. */
  public static String tasks(String queue, Priority priority) {
    return TASKS + queue + "." + priority.name().toLowerCase(Locale.ROOT);
  }

  /** The task topics of a {@link #queue queue}, most urgent first. */
  public static List<String> tasks(String queue) {
    return Arrays.stream(Priority.values()).map(p -> tasks(queue, p)).toList();
  }

  /** The lane that a queue is one of. */
  public static String lane(String queue) {
    int dot = queue.indexOf('.');
    return dot < 0 ? queue : queue.substring(0, dot);
  }

  /**
   * All task topics of a lane, those of its engines' queues included.
   *
   * @param topics names of all topics that there are
   * @return most urgent first for each queue; the lane's own queue first, whether it is there or
   *     not
   */
  public static List<String> tasks(String lane, Collection<String> topics) {
    return Stream.concat(
            Stream.of(lane),
            topics.stream()
                .map(Topic::engineQueue)
                .flatMap(Optional::stream)
                .filter(queue -> lane(queue).equals(lane))
                .distinct()
                .sorted())
        .flatMap(queue -> tasks(queue).stream())
        .toList();
  }

  private static Optional<String> engineQueue(String topic) {
    int end = topic.lastIndexOf('.');
    if (!topic.startsWith(TASKS) || end <= TASKS.length()) {
      return Optional.empty();
    }
    return Optional.of(topic.substring(TASKS.length(), end)).filter(queue -> queue.contains("."));
  }

  /**
   * The share group whose members are the workers of a lane. A dot follows {@code sluice}, and a
   * hyphen in {@link Groups}: whatever a lane is called, it has no group of ours.
   */
  public static String shareGroup(String lane) {
    return "sluice.lane." + lane;
  }

  /**
   * Key of a block in {@link #GRADIENTS} and {@link #PARAMETERS}; its keys in {@link #CHECKPOINTS}
   * and {@link #ANCHORS} begin with it.
   */
  public static String blockKey(String jobId, int block) {
    return jobId + "/" + block;
  }

  /** Key of the state of a block's fold in {@link #PARAMETERS}. */
  public static String foldedKey(String jobId, int block) {
    return blockKey(jobId, block) + FOLDED;
  }

  /** Key of one vector of the state of a block's fold in {@link #PARAMETERS}. */
  public static String foldedKey(String jobId, int block, String vector) {
    return foldedKey(jobId, block) + "/" + vector;
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
