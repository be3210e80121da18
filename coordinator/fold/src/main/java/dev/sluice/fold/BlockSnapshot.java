package dev.sluice.fold;

import dev.sluice.schemas.wire.BlockCheckpoint;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A block's state at one offset of the gradient log.
 *
 * @param head everything but the vectors
 * @param vectors the vectors that head names; not changed by anyone
 */
public record BlockSnapshot(BlockCheckpoint head, Map<String, float[]> vectors) {

  /** Name of the parameters of the newest generation. */
  public static final String CURRENT = "current";

  /** Name of those of the generation before, where somebody may need them. */
  public static final String PREVIOUS = "previous";

  static final String BEST = "best";

  public BlockSnapshot {
    vectors = new TreeMap<>(vectors);
  }

  /** Name of one of the optimizer's moments, counted from 0. */
  static String moment(int number) {
    return "moment" + (number + 1);
  }

  /** Name of one of the sums that wait. */
  static String pending(int number) {
    return "pending-" + number;
  }

  /** Size of its vectors. */
  public long bytes() {
    return vectors.values().stream().mapToLong(vector -> (long) vector.length * Float.BYTES).sum();
  }

  /**
   * A vector that must be there.
   *
   * @throws IllegalStateException where it is not: a checkpoint is written whole or not at all
   */
  float[] vector(String name) {
    var vector = vectors.get(name);
    if (vector == null) {
      throw new IllegalStateException(
          "The checkpoint of " + head.jobId() + "/" + head.block() + " lacks " + name);
    }
    return vector;
  }

  /**
   * Why no fold can go on from here; null where one can. Each record of a checkpoint may be sound,
   * and one that another program wrote not fit the others.
   */
  public @Nullable String objection() {
    var plan = head.plan();
    var unplanned = Startable.objection(head.jobId(), plan);
    if (unplanned != null) {
      return unplanned.why();
    }
    if (head.block() < 0 || (long) head.block() * plan.blockFloats() >= plan.floats()) {
      return "There is no block " + head.block() + " of its " + plan.floats() + " floats.";
    }
    if (head.generation() < BlockFold.NO_GENERATION || head.generation() - 1 > plan.steps()) {
      return "Generation " + head.generation() + " is none of " + plan.steps() + " steps.";
    }
    var tree = new TreeSum(plan.shards());
    var taken = new BitSet(plan.shards());
    for (var node : head.pending()) {
      int from = node.shardFrom();
      int to = from + node.shards();
      if (!tree.isNode(from, node.shards()) || !taken.get(from, to).isEmpty()) {
        return "The sums that wait are no nodes of a tree over " + plan.shards() + " shards.";
      }
      taken.set(from, to);
    }
    for (var length : lengths().entrySet()) {
      var vector = vectors.get(length.getKey());
      if (vector == null || vector.length != length.getValue()) {
        return "Its vector " + length.getKey() + " does not have " + length.getValue() + " floats.";
      }
    }
    return null;
  }

  /** The vectors that must be there, or are, with their lengths. */
  private Map<String, Integer> lengths() {
    var plan = head.plan();
    int floats = BlockFold.floats(plan, head.block());
    var lengths = new TreeMap<String, Integer>();
    if (head.generation() > BlockFold.NO_GENERATION || vectors.containsKey(CURRENT)) {
      lengths.put(CURRENT, floats);
    }
    if (vectors.containsKey(PREVIOUS)) {
      lengths.put(PREVIOUS, floats);
    }
    for (int i = 0; i < Update.moments(plan.optimizer()); i++) {
      lengths.put(moment(i), BlockFold.trained(plan, head.block()));
    }
    for (int i = 0; i < head.pending().size(); i++) {
      lengths.put(pending(i), floats);
    }
    var validation = head.validation();
    if (vectors.containsKey(BEST) || (validation != null && validation.bestStep() >= 0)) {
      lengths.put(BEST, floats);
    }
    return lengths;
  }
}
