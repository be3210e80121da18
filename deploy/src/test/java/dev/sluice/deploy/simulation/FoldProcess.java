package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.fold.BlockSnapshot;
import dev.sluice.coordinator.fold.FoldOutput;
import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.fold.Stragglers;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.BlockValidation;
import dev.sluice.schemas.wire.ParameterBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
  private final String name;
  private final Transactions.Producer producer;
  private final PartitionFold fold;
  private final Stragglers stragglers = new Stragglers(3, World.LATE_MS);
  private final int replayUntil;
  private boolean replaying = true;
  private boolean unpublished;
  private final int first;
  private int next;
  private int seen;
  private GradientTopic.@Nullable Checkpoint taken;

  FoldProcess(World world, int partition) {
    this.world = world;
    this.partition = partition;
    name = world.nameOf("fold-" + partition);
    boolean unfenced = world.mutation == Mutation.ZOMBIE_CHECKPOINT;
    producer = world.transactions.init(unfenced ? name : "fold-" + partition);
    fold = new PartitionFold(partition, World.PARTITIONS);
    var topic = world.gradients(partition);
    topic.stored().values().stream().map(this::read).forEach(fold::restore);
    first = topic.cursor();
    world.invariants.resumes(partition, first, topic.log.beginning());
    next = first;
    replayUntil = topic.log.stable();
    reached();
  }

  /** A mutant begins anew to look for the best parameters. */
  private BlockSnapshot read(BlockSnapshot stored) {
    var head = stored.head();
    return world.mutation != Mutation.BEST_FORGOTTEN || head.validation() == null
        ? stored
        : new BlockSnapshot(
            new BlockCheckpoint(
                head.jobId(),
                head.block(),
                head.plan(),
                head.generation(),
                head.vectors(),
                head.pending(),
                head.epochLossSum(),
                head.epochSamples(),
                head.samples(),
                new BlockValidation(Double.NaN, -1, 0, head.validation().closed())),
            stored.vectors());
  }

  String name() {
    return name;
  }

  Set<String> jobs() {
    return fold.jobs();
  }

  boolean hasCaughtUp() {
    return world.gradients(partition).log.readUpTo(next) && !unpublished;
  }

  /**
   * Folds some records.
   *
   * @return whether it may go on; otherwise another has trimmed what it would fold next
   */
  boolean act() {
    var log = world.gradients(partition).log;
    if (next < log.beginning()) {
      if (world.mutation != Mutation.TRIMMED_RECORDS_PASSED_OVER) {
        return false;
      }
      next = log.beginning();
    }
    int most = 1 + world.random.nextInt(BATCH_MAX);
    for (int taken = 0; next < log.stable() && taken < most; next++, seen++) {
      var record = log.committed(next);
      if (record == null) {
        continue;
      }
      taken++;
      world.invariants.folds(partition, first, seen, next);
      if (record.entry() instanceof Attached) {
        collected(out -> fold.apply(record, out));
      } else {
        stragglers.folded(record, world.nowMs);
        fold.apply(record, this::say);
      }
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
      case FoldOutput.Publish(ParameterBlock block, _) -> {
        if (!replaying) {
          stragglers.published(block, world.nowMs);
        }
        if (!replaying && world.losesPublication()) {
          unpublished = true;
        } else if (!replaying) {
          world.publish(name, block);
        }
      }
      case FoldOutput.Progress(var report, boolean milestone) -> {
        if (milestone || world.random.nextInt(3) == 0) {
          world.tell(name, report);
        }
      }
      case FoldOutput.Failure(var report) -> world.tell(name, report);
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
      if (output instanceof FoldOutput.Publish(var block, _)) {
        newest.put(block.jobId() + "/" + block.block(), output);
      }
    }
    newest.values().forEach(this::say);
  }

  /** Says which shards are late; a mutant puts nothing in their place and goes on. */
  void lookForStragglers() {
    stragglers.keep(fold.jobs());
    for (var late : stragglers.late(world.nowMs)) {
      world.tell(name, late);
      if (world.mutation == Mutation.STRAGGLERS_CUT_OFF) {
        late.shards().forEach(shard -> cutOff(late.jobId(), late.step(), shard));
      }
    }
  }

  private void cutOff(String jobId, long step, int shard) {
    var nothing = new float[World.FLOATS];
    for (int block = 0; block < World.BLOCKS; block++) {
      var entry = Arithmetic.contribution(nothing, block, step, shard, 1, true, null);
      world.contribute(name, jobId, block, entry);
    }
  }

  /**
   * Takes a checkpoint, or commits the one that was taken, where there is anything to store.
   *
   * @return whether it may go on; otherwise it is fenced, and what it took counts as written
   */
  boolean checkpoint() {
    var topic = world.gradients(partition);
    var ready = taken;
    if (ready == null) {
      if (!replaying) {
        taken = new GradientTopic.Checkpoint(fold.snapshotChanged(), fold.takeEnded(), next);
        if (world.mutation == Mutation.TRIMMED_BEFORE_COMMIT) {
          topic.log.trim(next);
        }
      }
      return true;
    }
    taken = null;
    if (ready.blocks().isEmpty() && ready.ended().isEmpty()) {
      return true;
    }
    if (world.mutation != Mutation.CHECKPOINT_BEFORE_REPORTS) {
      world.network.flush(name, "jobs");
    }
    int cursor = world.mutation == Mutation.CURSOR_READ_LATE ? next : ready.cursor();
    producer.begin();
    producer.send(
        topic.checkpoints, new GradientTopic.Checkpoint(ready.blocks(), ready.ended(), cursor));
    if (!producer.commit()) {
      return false;
    }
    topic.log.trim(cursor);
    return true;
  }
}
