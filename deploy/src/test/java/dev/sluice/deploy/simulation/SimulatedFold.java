package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.runtime.FoldOutlet;
import dev.sluice.coordinator.runtime.FoldStore;
import dev.sluice.coordinator.runtime.LogRecord;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.coordinator.runtime.Unavailable;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.BlockValidation;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.worker.compute.GroupSum;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a fold partition writes: parameters without transactions, as they are the same bits whoever
 * publishes them; checkpoints off its path, by the owner only, after which the log is trimmed.
 */
final class SimulatedFold implements FoldStore, FoldOutlet {

  private final World world;
  private final int partition;
  private final GradientTopic topic;
  private final SimulatedSource<GradientRecord, GradientRecord> source;
  private final String name;
  private Transactions.@Nullable Producer producer;
  private @Nullable Checkpoint taken;
  private boolean broken;
  private boolean unpublished;
  private int said;
  private int heard;
  private int saidWhenTaken;

  SimulatedFold(
      World world, int partition, SimulatedSource<GradientRecord, GradientRecord> source) {
    this.world = world;
    this.partition = partition;
    this.source = source;
    topic = world.gradients(partition);
    name = world.nameOf("fold-" + partition);
  }

  /** Who it is on the network. */
  String name() {
    return name;
  }

  /** Whether all that it has published is on its way. */
  boolean published() {
    return !unpublished;
  }

  @Override
  public void fence() {
    if (world.mutation != Mutation.FOLDED_BEFORE_FENCING) {
      producer = init();
    }
  }

  private Transactions.Producer init() {
    boolean unfenced = world.mutation == Mutation.ZOMBIE_CHECKPOINT;
    return world.transactions.init(unfenced ? name : "fold-" + partition);
  }

  @Override
  public Stored load() {
    return new Stored(
        topic.stored().values().stream().map(this::read).toList(),
        new FoldCursor(topic.cursor(), Position.NO_EPOCH, 0, List.of()),
        topic.log.beginning(),
        topic.log.stable(),
        null);
  }

  /** A mutant begins anew to look for the best parameters. */
  private BlockSnapshot read(BlockSnapshot stored) {
    var head = stored.head();
    world.invariants.restorable(stored);
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

  @Override
  public String progress() {
    return "";
  }

  @Override
  public void confirm(FoldCursor at) {
    var writer = producer;
    if (writer == null) {
      return;
    }
    writer.begin();
    writer.send(
        topic.checkpoints,
        new GradientTopic.Checkpoint(List.of(), Set.of(), (int) at.nextOffset()));
    if (!writer.commit()) {
      throw new Unavailable("another has fold partition " + partition);
    }
  }

  @Override
  public void resume(FoldCursor from, @Nullable Cause loss) {
    if (loss != null) {
      throw new InvariantBroken("no gradient is lost", loss.why(), null);
    }
  }

  @Override
  public long beginning() {
    return world.mutation == Mutation.TRIMMED_RECORDS_PASSED_OVER ? 0 : topic.log.beginning();
  }

  @Override
  public boolean idle() {
    return taken == null;
  }

  @Override
  public boolean anchorDue(long foldedBytes) {
    return false;
  }

  @Override
  public void write(Checkpoint checkpoint) {
    if (broken) {
      throw new Unavailable("another has fold partition " + partition);
    }
    taken = checkpoint;
    saidWhenTaken = said;
    if (world.mutation == Mutation.TRIMMED_BEFORE_COMMIT) {
      topic.log.trim((int) checkpoint.cursor().nextOffset());
    }
  }

  /** The thread that writes checkpoints gets to it. */
  void commit() {
    var ready = taken;
    taken = null;
    if (ready == null || broken) {
      return;
    }
    if (world.mutation != Mutation.CHECKPOINT_BEFORE_REPORTS) {
      world.network.flush(name, "jobs");
    }
    world.invariants.checkpoints(name, Math.max(0, saidWhenTaken - heard));
    boolean late = world.mutation == Mutation.CURSOR_READ_LATE;
    int cursor = late ? source.next() : (int) ready.cursor().nextOffset();
    var open = producer;
    var writer = open == null ? init() : open;
    producer = writer;
    writer.begin();
    writer.send(
        topic.checkpoints, new GradientTopic.Checkpoint(ready.blocks(), ready.ended(), cursor));
    broken = !writer.commit();
    if (!broken) {
      topic.log.trim(cursor);
    }
  }

  @Override
  public boolean settle() {
    commit();
    return !broken;
  }

  @Override
  public void close() {
    if (world.random.nextBoolean()) { // otherwise it takes too long
      commit();
    }
    broken = true;
  }

  @Override
  public void publish(ParameterBlock block) {
    if (world.losesPublication()) {
      unpublished = true;
    } else if (world.mutation != Mutation.PARAMETERS_TRIMMED_EARLY || world.owed.isNewest(block)) {
      world.publish(name, block);
    }
  }

  /** Whoever does not get it asks again. */
  @Override
  public void handOver(BlockSnapshot state, long nextOffset) {
    if (!world.losesPublication()) {
      world.handOver(name, state, nextOffset);
    }
  }

  @Override
  public boolean takeUnpublished() {
    boolean some = unpublished && world.mutation != Mutation.PUBLICATIONS_LOST;
    unpublished &= !some;
    return some;
  }

  /** Says it; a mutant puts nothing in the place of shards that are late, and goes on. */
  @Override
  public void report(JobEvent event) {
    said++;
    world.tell(name, event, () -> heard++);
    if (event instanceof ShardsLate late && world.mutation == Mutation.STRAGGLERS_CUT_OFF) {
      late.shards().forEach(shard -> cutOff(late.jobId(), late.step(), shard));
    }
  }

  private void cutOff(String jobId, long step, int shard) {
    var nothing = SimulatedArithmetic.sum(new float[World.FLOATS], 1, true, null);
    var sum = new GroupSum(step, shard, 1, nothing);
    var sums = SimulatedJobs.sums(SimulatedJobs.rounding(jobId, world.format));
    for (int block = 0; block < World.VECTOR.count(); block++) {
      world.contribute(name, jobId, block, sum.block(block, World.ENGINE, sums));
    }
  }

  @Override
  public void bury(String kind, DeadLetter letter) {
    throw new AssertionError(kind + ": " + letter.cause().why());
  }

  @Override
  public void reject(String jobId, Cause cause, LogRecord<?> record) {
    throw new InvariantBroken("every plan can be folded", jobId + ": " + cause.why(), null);
  }

  /** Reads a partition of the gradient log. */
  static SimulatedSource<GradientRecord, GradientRecord> source(World world, int partition) {
    return new SimulatedSource<>(
        world, world.gradients(partition).log, record -> record, record -> world.nowMs);
  }
}
