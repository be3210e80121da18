package dev.sluice.fold;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.PendingNode;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.ValidationSums;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The fold of one block of one job: contributions in, generations of parameters out. Its state is a
 * function of the contributions that it was given, in their order.
 *
 * <p>Generation g is what step g's gradients are computed from. Two generations are kept, because
 * the blocks of a job advance one by one: a worker that joins while block 1 waits for step g needs
 * generation g of block 2 as well, though block 2 may have moved on to g + 1. The first
 * contribution to step g + 1 proves that its sender holds all of generation g + 1, hence that no
 * block waits for step g any more, and lets generation g go.
 *
 * <p>Where a job has held-out rows, the contributions to the first step of an epoch say what the
 * parameters that they are computed from are on these rows. So does a last step, after all others,
 * which only measures: its generation, or the one at which training ends early, is no update but a
 * copy of the parameters that are kept.
 *
 * <p>Contributions are pure functions of (parameters, step, shards), so the first one in log order
 * counts and any other is the same bits again.
 */
public final class BlockFold {

  /** Version of the fold's arithmetic: a change of any bit of a result is a new version. */
  public static final int VERSION = 1;

  /** Before the initial vector has come. */
  public static final long NO_GENERATION = -1;

  private final String jobId;
  private final int block;
  private final FoldStarted plan;
  private final int floats;
  private final int trained;
  private final float[][] moments;
  private final FreeVectors free;
  private final FoldSpace space;
  private final Rounding rounding;
  private final TreeSum tree;
  private final Validating validating;
  private long generation = NO_GENERATION;
  private float @Nullable [] current;
  private float @Nullable [] previous;

  /** Whether somebody has asked since they were published last. */
  private boolean currentAsked;

  private boolean previousAsked;

  /** Whether somebody has asked who goes on to fold by itself. */
  private boolean stateAsked;

  private double epochLossSum;
  private long epochSamples;
  private long samples;
  private boolean closed;
  private boolean changed = true;

  /**
   * A block of which nothing has come, with a space of its own.
   *
   * @param jobId job
   * @param block which of its blocks
   * @param plan how it is folded; {@link Startable} has nothing against it
   */
  public BlockFold(String jobId, int block, FoldStarted plan) {
    this(jobId, block, plan, new FoldSpace(0));
  }

  /**
   * A block of which nothing has come.
   *
   * @param jobId job
   * @param block which of its blocks
   * @param plan how it is folded; {@link Startable} has nothing against it
   * @param space of the thread that folds
   */
  public BlockFold(String jobId, int block, FoldStarted plan, FoldSpace space) {
    this.jobId = jobId;
    this.block = block;
    this.plan = plan;
    var validation = plan.validation();
    floats = floats(plan, block);
    trained = trained(plan, block);
    moments = new float[Update.moments(plan.optimizer())][trained];
    free = new FreeVectors(floats, plan.shards());
    rounding = Rounding.of(plan.encoding(), plan.shards());
    this.space = space;
    tree = new TreeSum(plan.shards(), rounding, floats, trained, free, space);
    validating = new Validating(validation == null ? null : validation.stopping());
  }

  /** Floats of a block. */
  public static int floats(FoldStarted plan, int block) {
    return (int) Math.min(plan.blockFloats(), plan.floats() - (long) block * plan.blockFloats());
  }

  /** Those of a block's floats that are trained, from its first on. */
  static int trained(FoldStarted plan, int block) {
    long from = (long) block * plan.blockFloats();
    return Math.clamp(plan.parameters() - from, 0, floats(plan, block));
  }

  /** Newest generation; {@link #NO_GENERATION}: the initial vector has not come. */
  public long generation() {
    return generation;
  }

  /**
   * Folds one contribution, as the other does.
   *
   * @param contribution whose payload may be written over afterwards
   */
  public void contribute(Contribution contribution, Consumer<FoldOutput> out) {
    contribute(contribution, false, out);
  }

  /**
   * Folds one contribution. Late, repeated and foreign ones change nothing.
   *
   * @param stays whether nobody writes to its payload any more, so that it may wait as it is
   */
  public void contribute(Contribution contribution, boolean stays, Consumer<FoldOutput> out) {
    if (contribution.step() < generation || finished() || isHere(contribution)) {
      return;
    }
    var objection = objection(contribution);
    if (objection != null) {
      out.accept(new FoldOutput.Rejected(jobId, objection));
      return;
    }
    if (!contribution.finite()) {
      boolean lossIs = Double.isFinite(contribution.lossSum());
      String what = lossIs ? "a gradient is not finite" : "the loss is not finite";
      out.accept(failure(contribution.step(), what));
      return;
    }
    if (contribution.step() == NO_GENERATION) {
      advance(Vectors.floats(contribution.payload()), out);
      return;
    }
    if (previous != null) {
      free.give(previous);
      previous = null;
    }
    previousAsked = false;
    changed = true;
    tree.add(
        new TreeSum.Node(
            contribution.shardFrom(),
            contribution.shards(),
            contribution.samples(),
            contribution.lossSum(),
            contribution.validation(),
            addend(contribution.format(), contribution.payload(), stays)));
    if (tree.whole()) {
      step(out);
      tree.clear();
    }
  }

  private Addend addend(SumFormat format, ByteBuffer payload, boolean stays) {
    if (payload.hasArray()) {
      int offset = payload.arrayOffset() + payload.position();
      boolean held = stays && space.hold(payload.array(), payload.remaining());
      return new Addend.Payload(SumReader.Encoded.of(payload.array(), offset), format, held);
    }
    var copy = new byte[payload.remaining()];
    payload.duplicate().get(copy);
    return new Addend.Payload(SumReader.Encoded.of(copy, 0), format, false);
  }

  /** Lets go of what waits: nothing more will be folded. */
  public void end() {
    tree.clear();
  }

  /** Whether a sum of the same shards, or of more, has come for the step before. */
  private boolean isHere(Contribution contribution) {
    return contribution.step() == generation
        && generation > NO_GENERATION
        && tree.covers(contribution.shardFrom(), contribution.shards());
  }

  /** Somebody asks for every generation that is kept. */
  public void ask() {
    currentAsked = current != null;
    previousAsked = previous != null;
  }

  /** Somebody asks for the state, and folds by itself from there on. */
  public void askState() {
    stateAsked = true;
  }

  /**
   * Gives what was asked for and has not been published since, as a step does that was made
   * meanwhile.
   *
   * @return bytes that were given
   */
  public long answer(Consumer<FoldOutput> out) {
    long bytes = 0;
    if (previousAsked && previous != null) {
      out.accept(generation(generation - 1, previous, true));
      bytes += (long) floats * Float.BYTES;
    }
    if (currentAsked && current != null) {
      out.accept(generation(generation, current, true));
      bytes += (long) floats * Float.BYTES;
    }
    if (stateAsked) {
      var state = state();
      out.accept(new FoldOutput.State(state));
      bytes += state.bytes();
    }
    previousAsked = false;
    currentAsked = false;
    stateAsked = false;
    return bytes;
  }

  /** Publishes every generation that someone may need who has not asked. */
  public void republish(Consumer<FoldOutput> out) {
    if (previous != null) {
      out.accept(generation(generation - 1, previous, awaited()));
    }
    if (current != null) {
      out.accept(generation(generation, current, awaited()));
    }
  }

  /** Whether workers wait for the newest generation to be published. */
  private boolean awaited() {
    return !plan.workersFold() || finished();
  }

  /**
   * Whether workers wait for its next generation: all but those that fold by themselves, from a
   * state that was handed over.
   */
  public boolean isAwaited() {
    return !plan.workersFold() || generation < 1;
  }

  /** Whether no generation will follow. */
  private boolean finished() {
    return plan.validation() == null ? generation >= plan.steps() : closed;
  }

  private @Nullable Cause objection(Contribution contribution) {
    String what = null;
    if (contribution.step() > generation) {
      what =
          String.format(
              Locale.ROOT,
              "It is for step %d, but the block is at %d.",
              contribution.step(),
              generation);
    } else if (!contribution.engine().equals(plan.engine())) {
      what =
          "It was computed by engine '%s', but the job is pinned to '%s'."
              .formatted(contribution.engine(), plan.engine());
    } else if (contribution.step() >= 0
        && !tree.isNode(contribution.shardFrom(), contribution.shards())) {
      what =
          String.format(
              Locale.ROOT,
              "Shards %d+%d are not a node of the tree over %d.",
              contribution.shardFrom(),
              contribution.shards(),
              plan.shards());
    } else if (contribution.format() != format(contribution)) {
      what =
          String.format(
              Locale.ROOT,
              "It is in %s, but %d shards of this job travel in %s.",
              contribution.format(),
              contribution.shards(),
              format(contribution));
    } else if (contribution.payload().remaining() != bytes(contribution)) {
      what =
          String.format(
              Locale.ROOT,
              "It holds %d bytes, but the block has %d.",
              contribution.payload().remaining(),
              bytes(contribution));
    } else if (measured(contribution.step()) && contribution.validation() == null) {
      what = "It lacks the sums over held-out rows; a worker of an older release sends none.";
    } else if (Vectors.crc32c(contribution.payload()) != contribution.crc()) {
      what = "Its checksum does not match its values.";
    }
    return what == null
        ? null
        : new Cause(
            Code.CONTRIBUTION_UNUSABLE,
            jobId + "/" + block,
            "A contribution can't be folded.",
            what,
            "The step waits for a right one; look at the worker that sent this.");
  }

  /** How a contribution of these shards travels; the initial vector is no sum. */
  private SumFormat format(Contribution contribution) {
    return contribution.step() < 0 ? SumFormat.FP32 : rounding.formatOf(contribution.shards());
  }

  private int bytes(Contribution contribution) {
    return SumCodec.bytes(contribution.format(), trained, floats);
  }

  private void step(Consumer<FoldOutput> out) {
    var root = tree.total();
    float[] old = current == null ? new float[floats] : current;
    var sums = measured(generation) ? root.validation() : null;
    boolean ends = sums != null && validating.measured(generation, sums, old);
    if (ends || (sums != null && generation == plan.steps())) {
      close(root, old, out);
      return;
    }
    if (root.samples() <= 0) {
      out.accept(failure(generation, "a step has no samples"));
      return;
    }
    float[] next = free.take();
    boolean finite = update(root.samples(), old, next);
    epochLossSum += root.lossSum();
    epochSamples += root.samples();
    samples += root.samples();
    if (!finite) {
      free.give(next);
      out.accept(failure(generation, "a parameter is not finite after the update"));
      return;
    }
    advance(next, out);
    boolean epochEnds = generation % plan.stepsPerEpoch() == 0;
    boolean milestone = epochEnds || sums != null || generation == plan.steps();
    progress(sums, -1, milestone, out);
    if (epochEnds) {
      epochLossSum = 0;
      epochSamples = 0;
    }
  }

  /**
   * Sums, updates and looks at a piece at a time, which so comes from memory once. Where a gradient
   * that is too long is clipped, all of it has to be there first.
   *
   * @param next written
   * @return whether all of it is finite
   */
  private boolean update(long samples, float[] old, float[] next) {
    float scale = 1;
    boolean clips = plan.clipNorm() > 0;
    if (clips) {
      tree.sum(0, floats, next);
      scale = GradientNorm.scale(plan.clipNorm(), next, trained, samples);
    }
    double rate = LearningRate.at(plan, generation);
    var update = Update.of(plan.optimizer(), rate, generation, samples, scale);
    float count = samples;
    boolean finite = true;
    for (int from = 0; from < floats; from += VectorPieces.UPDATED) {
      int to = Math.min(floats, from + VectorPieces.UPDATED);
      if (!clips) {
        tree.sum(from, to, next);
      }
      update.apply(next, old, next, moments, from, Math.min(to, trained));
      for (int i = Math.max(from, trained); i < to; i++) {
        next[i] /= count;
      }
      finite &= space.pieces().finite(next, from, to);
    }
    return finite;
  }

  private boolean measured(long step) {
    var validation = plan.validation();
    return validation != null && validation.measures(step, plan.steps());
  }

  /** Makes the parameters that are kept the last generation. */
  private void close(TreeSum.Total root, float[] newest, Consumer<FoldOutput> out) {
    closed = true;
    var best = validating.bestValues();
    long kept = best == null ? generation : validating.bestStep();
    advance((best == null ? newest : best).clone(), out);
    progress(root.validation(), kept, true, out);
  }

  private void progress(
      @Nullable ValidationSums sums, long kept, boolean milestone, Consumer<FoldOutput> out) {
    if (block == 0) {
      double loss = epochLossSum / epochSamples;
      out.accept(
          new FoldOutput.Progress(
              new FoldProgressed(
                  jobId, generation, loss, samples, sums, validating.bestStep(), kept),
              milestone));
    }
  }

  private void advance(float[] next, Consumer<FoldOutput> out) {
    if (previous != null) {
      free.give(previous);
    }
    previous = current;
    previousAsked = currentAsked;
    current = next;
    currentAsked = false;
    generation++;
    tree.clear();
    changed = true;
    out.accept(generation(generation, next, awaited()));
  }

  private FoldOutput generation(long number, float[] values, boolean awaited) {
    return new FoldOutput.Generation(
        jobId, block, number, values, awaited, finished() && number == generation);
  }

  private FoldOutput failure(long step, String what) {
    return new FoldOutput.Failure(
        new FoldFailed(
            jobId,
            step,
            new Cause(
                Code.DIVERGED,
                "step " + step,
                "Training diverged: " + what + ".",
                "Numbers have grown beyond 3.4e38, the range of 32-bit floating-point numbers.",
                "Lower the learning rate, scale the features, and in a regression the label"
                    + " (targetScale), or add warm-up steps.")));
  }

  /** Whether anything happened since the last checkpoint. */
  public boolean changed() {
    return changed;
  }

  /** Copies everything that a later owner needs, and counts as unchanged from here on. */
  public BlockSnapshot snapshot() {
    changed = false;
    return state();
  }

  /** Copies everything that the fold goes on from. */
  private BlockSnapshot state() {
    var vectors = new TreeMap<String, float[]>();
    if (current != null) {
      vectors.put(BlockSnapshot.CURRENT, free.lend(current));
    }
    if (previous != null) {
      vectors.put(BlockSnapshot.PREVIOUS, free.lend(previous));
    }
    for (int i = 0; i < moments.length; i++) {
      vectors.put(BlockSnapshot.moment(i), moments[i].clone());
    }
    var best = validating.bestValues();
    if (best != null) {
      vectors.put(BlockSnapshot.BEST, best);
    }
    var pending = new ArrayList<PendingNode>();
    for (var node : tree.settle()) {
      vectors.put(BlockSnapshot.pending(pending.size()), free.lend(vector(node)));
      pending.add(
          new PendingNode(
              node.from(), node.shards(), node.samples(), node.lossSum(), node.validation()));
    }
    var head =
        new BlockCheckpoint(
            jobId,
            block,
            plan,
            generation,
            List.copyOf(vectors.keySet()),
            pending,
            epochLossSum,
            epochSamples,
            samples,
            plan.validation() == null ? null : validating.snapshot(closed));
    return new BlockSnapshot(head, vectors);
  }

  private static float[] vector(TreeSum.Node settled) {
    return ((Addend.Vector) settled.values()).values();
  }

  /** A block as it was when the snapshot was taken, with a space of its own. */
  public static BlockFold restore(BlockSnapshot snapshot) {
    return restore(snapshot, new FoldSpace(0));
  }

  /**
   * A block as it was when the snapshot was taken.
   *
   * @param space of the thread that folds
   */
  public static BlockFold restore(BlockSnapshot snapshot, FoldSpace space) {
    var head = snapshot.head();
    Map<String, float[]> vectors = snapshot.vectors();
    var fold = new BlockFold(head.jobId(), head.block(), head.plan(), space);
    fold.generation = head.generation();
    fold.current = fold.lent(vectors.get(BlockSnapshot.CURRENT));
    fold.previous = fold.lent(vectors.get(BlockSnapshot.PREVIOUS));
    for (int i = 0; i < fold.moments.length; i++) {
      var moment = snapshot.vector(BlockSnapshot.moment(i));
      System.arraycopy(moment, 0, fold.moments[i], 0, moment.length);
    }
    var nodes = new ArrayList<TreeSum.Node>();
    for (var node : head.pending()) {
      nodes.add(
          new TreeSum.Node(
              node.shardFrom(),
              node.shards(),
              node.samples(),
              node.lossSum(),
              node.validation(),
              new Addend.Vector(
                  fold.free.lend(snapshot.vector(BlockSnapshot.pending(nodes.size()))))));
    }
    fold.tree.restore(nodes);
    fold.epochLossSum = head.epochLossSum();
    fold.epochSamples = head.epochSamples();
    fold.samples = head.samples();
    var validation = head.validation();
    if (validation != null) {
      fold.validating.restore(
          validation, validation.bestStep() < 0 ? null : snapshot.vector(BlockSnapshot.BEST));
      fold.closed = validation.closed();
    }
    fold.changed = false;
    return fold;
  }

  private float @Nullable [] lent(float @Nullable [] vector) {
    return vector == null ? null : free.lend(vector);
  }
}
