package dev.sluice.worker.loop;

import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.jobs.dataset.Sampler;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.worker.compute.ShardGradients;
import dev.sluice.worker.compute.ShardSum;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.TrainingProgram;
import dev.sluice.worker.tasks.Batch;
import dev.sluice.worker.tasks.Validation;
import dev.sluice.worker.training.BlockSums;
import dev.sluice.worker.training.Blocks;
import dev.sluice.worker.training.PairwiseSum;
import dev.sluice.worker.work.TermWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** What shards contribute, by way of an engine. For one thread. */
final class GroupGradient implements ShardGradients {

  /** Elements added in one inner loop: an int index is what the compiler turns into vectors. */
  private static final int RUN = 1 << 16;

  private static final int EXPONENT = 0x7f800000;

  private final TrainingProgram program;
  private final RowSet rows;
  private final @Nullable ValidationPlan plan;
  private final long steps;
  private final Validation validation;
  private final Sampler sampler;
  private final Batch batch;
  private final BlockSums sums;

  /** Null: shards make no steps by themselves. */
  private final @Nullable Replica replica;

  private final long seed;
  private final Arena arena = Arena.ofShared();
  private final Deque<MemorySegment> spare = new ArrayDeque<>();

  /**
   * @param work any of the job's terms
   * @param dataset its data set
   * @param program its network; closed with this
   */
  GroupGradient(TermWork work, Dataset dataset, TrainingProgram program) {
    this.program = program;
    this.seed = work.spec().seed();
    this.rows = dataset.training();
    this.plan = work.validation();
    this.steps = work.prepared().steps();
    this.validation =
        new Validation(work.prepared().network(), program, dataset.holdout(), work.spec().shards());
    this.sampler =
        new Sampler(work.spec().seed(), work.spec().batch(), work.spec().shards(), rows.size());
    this.batch = Batch.of(work.prepared().network());
    this.sums =
        new BlockSums(
            Blocks.of(program.floats()), work.prepared().network().parameters(), work.rounding());
    this.replica =
        work.spec().localSteps() == null
            ? null
            : new Replica(
                work.spec(),
                Rounds.of(work.spec(), rows.size()),
                Math.toIntExact(program.floats()),
                arena);
  }

  @Override
  public ShardSum initial() {
    var values = borrow();
    program.initialise(seed, values);
    return new ShardSum(values, 0, 0, true, null);
  }

  @Override
  public ShardSum compute(MemorySegment flat, long step, int shardFrom, int shards)
      throws EngineException {
    var sum = tree(sums, shards, this::add);
    for (int shard = shardFrom; shard < shardFrom + shards; shard++) {
      sum.add(shard(flat, step, shard));
    }
    var root = sum.root();
    // Finite values can add up to an infinite one.
    boolean finite = root.finite() && (shards == 1 || allFinite(root.values(), program.floats()));
    return new ShardSum(root.values(), root.samples(), root.lossSum(), finite, root.validation());
  }

  /** A sum of so many shards; where it is itself rounded, that is done when it is written. */
  static PairwiseSum<ShardSum> tree(BlockSums sums, int shards, BinaryOperator<ShardSum> add) {
    return sums.hasRounded(shards)
        ? new PairwiseSum<>(add, (part, leaves) -> sums.round(part.values(), leaves))
        : new PairwiseSum<>(add);
  }

  private ShardSum shard(MemorySegment flat, long step, int shard) throws EngineException {
    boolean measures = plan != null && plan.measures(step, steps);
    var measured = measures ? validation.measure(flat, shard) : null;
    if (step >= steps) {
      // The step after the last one only measures.
      var nothing = borrow();
      nothing.fill((byte) 0);
      return new ShardSum(nothing, 0, 0, true, measured);
    }
    var out = borrow();
    var sum =
        replica == null
            ? gradient(flat, step, shard, out)
            : replica.run(flat, step, shard, this::gradient, out);
    return new ShardSum(out, sum.samples(), sum.lossSum(), sum.finite(), measured);
  }

  private ShardSum gradient(MemorySegment flat, long step, int shard, MemorySegment out)
      throws EngineException {
    int[] own = sampler.rows(step, shard);
    batch.takeScaled(rows, own);
    var gradient =
        program.gradient(
            flat,
            batch.features(),
            batch.labels(),
            own.length,
            sampler.dropoutSeed(step, shard),
            out);
    return new ShardSum(out, own.length, gradient.lossSum(), gradient.finite(), null);
  }

  private MemorySegment borrow() {
    return spare.isEmpty()
        ? arena.allocate(
            Math.max(1, program.floats()) * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES)
        : spare.pop();
  }

  @Override
  public void recycle(ShardSum sum) {
    spare.push(sum.values());
  }

  private ShardSum add(ShardSum left, ShardSum right) {
    addInto(left.values(), right.values(), program.floats());
    recycle(right);
    return left.plus(right, left.values());
  }

  static void addInto(MemorySegment left, MemorySegment right, long floats) {
    for (long at = 0; at < floats; at += RUN) {
      int n = (int) Math.min(RUN, floats - at);
      long from = at * Float.BYTES;
      for (int i = 0; i < n; i++) {
        long place = from + (long) i * Float.BYTES;
        left.set(
            ValueLayout.JAVA_FLOAT,
            place,
            left.get(ValueLayout.JAVA_FLOAT, place) + right.get(ValueLayout.JAVA_FLOAT, place));
      }
    }
  }

  static boolean allFinite(MemorySegment values, long floats) {
    for (long at = 0; at < floats; at += RUN) {
      int n = (int) Math.min(RUN, floats - at);
      long from = at * Float.BYTES;
      int greatest = 0;
      for (int i = 0; i < n; i++) {
        int bits = values.get(ValueLayout.JAVA_INT, from + (long) i * Float.BYTES);
        greatest = Math.max(greatest, bits & EXPONENT);
      }
      if (greatest == EXPONENT) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    validation.close();
    batch.close();
    arena.close();
    program.close();
  }
}
