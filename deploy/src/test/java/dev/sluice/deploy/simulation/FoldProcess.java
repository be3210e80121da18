package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.fold.BlockSnapshot;
import dev.sluice.coordinator.fold.FoldOutput;
import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.fold.Stragglers;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.ParameterBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator's fold over one partition of the gradient log. It publishes without transactions,
 * as what it publishes is the same bits whoever does; checkpoints are committed by the owner only,
 * off its path, and the log is trimmed after that.
 */
final class FoldProcess {

  private static final int BATCH_MAX = 4;

  private final World world;
  private final int partition;
  private final int epoch;
  private final PartitionFold fold;
  private final Stragglers stragglers = new Stragglers(3, World.LATE_MS);
  private final int replayUntil;
  private boolean replaying = true;
  private boolean unpublished;
  private int next;
  private @Nullable Checkpoint taken;

  private record Checkpoint(List<BlockSnapshot> blocks, Set<String> ended, int cursor) {}

  FoldProcess(World world, int partition) {
    this.world = world;
    this.partition = partition;
    epoch = world.fenceFold(partition);
    fold = new PartitionFold(partition, World.PARTITIONS);
    var log = world.gradients(partition);
    log.checkpoint().values().forEach(fold::restore);
    next = Math.max(log.cursor(), log.beginning());
    replayUntil = log.end();
    reached();
  }

  String name() {
    return "fold-" + partition + "-" + epoch;
  }

  Set<String> jobs() {
    return fold.jobs();
  }

  boolean hasCaughtUp() {
    return next == world.gradients(partition).end() && !unpublished;
  }

  /**
   * Folds some records.
   *
   * @return whether it may go on; otherwise what it would read has been trimmed by the owner
   */
  boolean act() {
    var log = world.gradients(partition);
    if (next < log.beginning() && world.isFencedFold(partition, epoch)) {
      return false;
    }
    int until = Math.min(log.end(), next + 1 + world.random.nextInt(BATCH_MAX));
    while (next < until) {
      var record = log.get(next);
      if (record.entry() instanceof Attached) {
        collected(out -> fold.apply(record, out));
      } else {
        stragglers.folded(record, world.nowMs);
        fold.apply(record, this::say);
      }
      next++;
    }
    reached();
    if (unpublished && !replaying && world.mutation != Mutation.PUBLICATIONS_LOST) {
      unpublished = false;
      collected(fold::republishAll);
    }
    return true;
  }

  private void reached() {
    if (replaying && next >= replayUntil) {
      replaying = false;
      collected(fold::republishAll);
    }
  }

  private void say(FoldOutput output) {
    switch (output) {
      case FoldOutput.Publish(ParameterBlock block) -> {
        if (!replaying) {
          stragglers.published(block, world.nowMs);
        }
        if (!replaying && world.losesPublication()) {
          unpublished = true;
        } else if (!replaying) {
          world.publish(name(), block);
        }
      }
      case FoldOutput.Progress(var report, boolean milestone) -> {
        if (milestone || world.random.nextInt(3) == 0) {
          world.tell(name(), report);
        }
      }
      case FoldOutput.Failure(var report) -> world.tell(name(), report);
      case FoldOutput.Rejected(var jobId, var cause) ->
          throw new AssertionError("Rejected: " + jobId + ": " + cause.why());
    }
  }

  /** Says what a republication gives; a mutant has only the newest generation to give. */
  private void collected(Consumer<Consumer<FoldOutput>> republication) {
    var outputs = new ArrayList<FoldOutput>();
    republication.accept(outputs::add);
    if (world.mutation != Mutation.PARAMETERS_TRIMMED_EARLY) {
      outputs.forEach(this::say);
      return;
    }
    var newest = new LinkedHashMap<String, FoldOutput>();
    for (var output : outputs) {
      if (output instanceof FoldOutput.Publish(var block)) {
        newest.put(block.jobId() + "/" + block.block(), output);
      }
    }
    newest.values().forEach(this::say);
  }

  /** Says which shards are late; a mutant puts nothing in their place and goes on. */
  void lookForStragglers() {
    stragglers.keep(fold.jobs());
    for (var late : stragglers.late(world.nowMs)) {
      world.tell(name(), late);
      if (world.mutation == Mutation.STRAGGLERS_CUT_OFF) {
        late.shards().forEach(shard -> cutOff(late.jobId(), late.step(), shard));
      }
    }
  }

  private void cutOff(String jobId, long step, int shard) {
    var nothing = new float[World.FLOATS];
    for (int block = 0; block < World.BLOCKS; block++) {
      var entry = Arithmetic.contribution(nothing, block, step, shard, 1, true);
      world.contribute(name(), jobId, block, entry);
    }
  }

  /** Takes a checkpoint, or commits the one that was taken. */
  void checkpoint() {
    var log = world.gradients(partition);
    var ready = taken;
    if (ready == null) {
      if (!replaying) {
        taken = new Checkpoint(fold.snapshotChanged(), fold.takeEnded(), next);
        if (world.mutation == Mutation.TRIMMED_BEFORE_COMMIT) {
          log.trim(next);
        }
      }
      return;
    }
    taken = null;
    if (world.mutation != Mutation.CHECKPOINT_BEFORE_REPORTS) {
      world.network.flush(name(), "jobs");
    }
    boolean fenced = world.isFencedFold(partition, epoch);
    if (!fenced || world.mutation == Mutation.ZOMBIE_CHECKPOINT) {
      int cursor = world.mutation == Mutation.CURSOR_READ_LATE ? next : ready.cursor;
      log.commit(ready.blocks, ready.ended, cursor);
      log.trim(cursor);
    }
  }
}
