package dev.sluice.coordinator.audit;

import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.fold.FoldOutput;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ParameterBlock;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Folds one job's records of one partition once more, with the fold that made the model. Its memory
 * is that of the fold for this job and partition, and the last generation of the blocks here.
 */
public final class PartitionReplay {

  private final String jobId;
  private final int partition;
  private final int partitions;
  private final Witnesses witnesses;

  /** Room for contributions that wait as they came; an audit reads one partition at a time. */
  private static final long WAITING_BYTES_MAX = 192L << 20;

  private final PartitionFold fold;
  private final Map<Integer, ByteBuffer> finals = new HashMap<>();
  private final Map<Integer, Long> generations = new HashMap<>();
  private ReplayOrigin origin = new ReplayOrigin.Nothing();
  private @Nullable FoldStarted plan;
  private int blocks = -1;
  private long contributions;
  private long unusable;
  private long compared;
  private @Nullable Difference difference;
  private String failure = "";
  private boolean stopped;

  /**
   * @param jobId the job; records of others are ignored
   * @param partition which
   * @param partitions how many the topic has
   * @param witnesses what is recorded elsewhere
   */
  public PartitionReplay(String jobId, int partition, int partitions, Witnesses witnesses) {
    this.jobId = jobId;
    this.partition = partition;
    this.partitions = partitions;
    this.witnesses = witnesses;
    fold = new PartitionFold(partition, partitions, WAITING_BYTES_MAX);
  }

  /**
   * Whether a record with this key may be of the job; whole megabytes of others need no reading.
   */
  public boolean concerns(@Nullable String key) {
    return key != null && (key.equals(jobId) || key.startsWith(jobId + "/"));
  }

  /** Whether the job's beginning, or an anchor, was found. */
  public boolean started() {
    return plan != null;
  }

  /** Whether nothing that may follow in the log can change anything. */
  public boolean finished() {
    return stopped || finals.size() == blocks;
  }

  /** Goes on from an anchor, unless the job's beginning was found. */
  public void restore(List<BlockSnapshot> anchor) {
    if (started() || anchor.isEmpty()) {
      return;
    }
    begin(anchor.getFirst().head().plan());
    for (var block : anchor) {
      generations.put(block.head().block(), block.head().generation());
      fold.restore(block);
    }
    origin = new ReplayOrigin.Anchor(generation());
    // A block may have come to its end before the anchor; this also counts as no comparison.
    fold.republishAll(
        output -> {
          if (output instanceof FoldOutput.Generation generation && generation.last()) {
            finals.put(generation.block(), generation.published().payload());
          }
        });
  }

  /** Folds one record. */
  public void apply(GradientRecord record) {
    if (!record.jobId().equals(jobId) || stopped) {
      return;
    }
    switch (record.entry()) {
      case FoldStarted start -> {
        if (!started()) {
          begin(start);
          origin = new ReplayOrigin.WholeLog();
          fold.apply(record, this::take);
        }
      }
      case Contribution contribution -> {
        if (started()) {
          contributions++;
          fold.apply(record, this::take);
        } else {
          unusable++;
        }
      }
      case FoldStopped stop -> stopped = started();
      case Attached attached -> {}
    }
  }

  /** What came out. */
  public Part part() {
    return new Part(
        partition,
        origin,
        plan,
        blocks,
        finals,
        generation(),
        contributions,
        unusable,
        compared,
        difference,
        failure);
  }

  /** Blocks of a job that belong to a partition. */
  public static int blocks(String jobId, FoldStarted plan, int partition, int partitions) {
    return (int)
        IntStream.range(0, count(plan))
            .filter(b -> Topic.partition(Topic.blockKey(jobId, b), partitions) == partition)
            .count();
  }

  /** Blocks of a job. */
  static int count(FoldStarted plan) {
    return (int) Math.ceilDiv(plan.floats(), plan.blockFloats());
  }

  private void begin(FoldStarted start) {
    plan = start;
    blocks = blocks(jobId, start, partition, partitions);
  }

  private long generation() {
    return generations.size() < blocks || generations.isEmpty()
        ? -1
        : generations.values().stream().mapToLong(Long::longValue).min().orElse(-1);
  }

  private void take(FoldOutput output) {
    switch (output) {
      case FoldOutput.Generation generation -> {
        var block = generation.published();
        generations.put(block.block(), block.generation());
        if (generation.last()) {
          finals.put(block.block(), block.payload());
        }
        compare(block);
      }
      case FoldOutput.State state -> {} // nobody asks here
      case FoldOutput.Failure(var report) ->
          failure = report.cause().where() + ": " + report.cause().what();
      // The fold that made the model did not count what this one does not.
      case FoldOutput.Rejected(var from, var cause) -> {}
      case FoldOutput.Progress(var report, boolean milestone) -> {}
    }
  }

  private void compare(ParameterBlock block) {
    var witness = witnesses.of(block);
    if (witness != null) {
      compared++;
      if (witness.crc() != block.crc() && difference == null) {
        difference = new Difference(block.block(), block.generation(), witness.source());
      }
    }
  }
}
