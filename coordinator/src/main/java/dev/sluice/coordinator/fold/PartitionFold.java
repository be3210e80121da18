package dev.sluice.coordinator.fold;

import dev.sluice.fold.BlockFold;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.fold.FoldOutput;
import dev.sluice.fold.FoldSpace;
import dev.sluice.fold.Startable;
import dev.sluice.jobs.rules.Names;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The fold of one partition of {@code sluice.gradients}: all blocks, of all jobs, whose key leads
 * there. Its state is a function of the records it was given, in their order.
 */
public final class PartitionFold {

  /** Nobody knows which steps' contributions are lost. */
  public static final long UNKNOWN_STEP = -1;

  private final int partition;
  private final int partitions;
  private final Map<String, Map<Integer, BlockFold>> jobs = new TreeMap<>();
  private final Set<String> ended = new HashSet<>();
  private final Joiners joiners = new Joiners();
  private final FoldSpace space;

  /**
   * @param partition which
   * @param partitions how many the topic has
   * @param waitingBytesMax room for contributions that wait as they came; see {@link FoldSpace}
   */
  public PartitionFold(int partition, int partitions, long waitingBytesMax) {
    this.partition = partition;
    this.partitions = partitions;
    space = new FoldSpace(waitingBytesMax);
  }

  /** Folds one record; nobody writes to it any more. */
  public void apply(GradientRecord record, Consumer<FoldOutput> out) {
    switch (record.entry()) {
      case FoldStarted plan -> start(record.jobId(), plan, out);
      case FoldStopped stopped -> stop(record.jobId());
      case Attached attached -> {
        var blocks = blocks(record.jobId());
        if (!blocks.isEmpty()) {
          blocks.values().forEach(attached.folds() ? BlockFold::askState : BlockFold::ask);
          joiners.ask(record.jobId());
        }
      }
      case Contribution contribution -> {
        var block = blocks(record.jobId()).get(contribution.block());
        if (block != null) {
          block.contribute(contribution, true, out);
        }
      }
    }
  }

  /**
   * Gives the parameters and states that somebody has asked for. To be called whenever records were
   * folded, and every now and then.
   *
   * @param nowMs the time here, on a clock that only goes forward; no bit depends on it
   */
  public void answer(long nowMs, Consumer<FoldOutput> out) {
    for (var jobId : joiners.due(nowMs)) {
      long bytes = 0;
      for (var block : blocks(jobId).values()) {
        bytes += block.answer(out);
      }
      joiners.answered(jobId, bytes, nowMs);
    }
  }

  /** Publishes what is current of every job, as after taking over from another owner. */
  public void republishAll(Consumer<FoldOutput> out) {
    jobs.values().forEach(blocks -> blocks.values().forEach(block -> block.republish(out)));
  }

  /** Jobs with blocks here. */
  public Set<String> jobs() {
    return Set.copyOf(jobs.keySet());
  }

  /** Whether workers wait for any generation from here, as they don't make it themselves. */
  public boolean isAwaited() {
    return jobs.values().stream()
        .flatMap(blocks -> blocks.values().stream())
        .anyMatch(BlockFold::isAwaited);
  }

  /** Snapshots of the blocks that changed since the last call. */
  public List<BlockSnapshot> snapshotChanged() {
    return snapshots(BlockFold::changed);
  }

  /** Snapshots of all blocks, job by job; they count as unchanged from here on. */
  public List<BlockSnapshot> snapshotAll() {
    return snapshots(block -> true);
  }

  private List<BlockSnapshot> snapshots(Predicate<BlockFold> which) {
    return jobs.values().stream()
        .flatMap(blocks -> blocks.values().stream())
        .filter(which)
        .map(BlockFold::snapshot)
        .toList();
  }

  /**
   * Gives every job here up, because the log has lost something of them: they fail, and count as
   * ended.
   */
  public void abandon(Cause cause, Consumer<FoldOutput> out) {
    for (var jobId : jobs()) {
      out.accept(new FoldOutput.Failure(new FoldFailed(jobId, UNKNOWN_STEP, cause)));
      stop(jobId);
    }
  }

  /** Jobs that ended since the last call: their checkpoints can go. */
  public Set<String> takeEnded() {
    var taken = Set.copyOf(ended);
    ended.clear();
    return taken;
  }

  /** Puts a block back as a checkpoint has it. */
  public void restore(BlockSnapshot snapshot) {
    jobs.computeIfAbsent(snapshot.head().jobId(), id -> new TreeMap<>())
        .put(snapshot.head().block(), BlockFold.restore(snapshot, space));
  }

  private void start(String jobId, FoldStarted plan, Consumer<FoldOutput> out) {
    if (jobs.containsKey(jobId)) {
      return;
    }
    var objection = Startable.objection(jobId, plan);
    if (objection != null) {
      out.accept(new FoldOutput.Rejected(Names.shownJobId(jobId), objection));
      return;
    }
    var blocks = new TreeMap<Integer, BlockFold>();
    int count = (int) Math.ceilDiv(plan.floats(), plan.blockFloats());
    for (int block = 0; block < count; block++) {
      if (Topic.partition(Topic.blockKey(jobId, block), partitions) == partition) {
        blocks.put(block, new BlockFold(jobId, block, plan, space));
      }
    }
    if (!blocks.isEmpty()) {
      jobs.put(jobId, blocks);
    }
  }

  private void stop(String jobId) {
    joiners.forget(jobId);
    var blocks = jobs.remove(jobId);
    if (blocks != null) {
      blocks.values().forEach(BlockFold::end);
      ended.add(jobId);
    }
  }

  private Map<Integer, BlockFold> blocks(String jobId) {
    return jobs.getOrDefault(jobId, Map.of());
  }
}
