package dev.sluice.fold;

import dev.sluice.schemas.wire.ValidationSums;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sums the contributions of V shards over a fixed binary tree.
 *
 * <p>Floating-point addition is not associative, so the grouping decides the bits. Here it never
 * varies: a node that stands for shards [from, from + shards) is always left half plus right half,
 * whether its two halves came from two workers, from one, or as one sum that a worker made by the
 * same rule. Nodes combine as soon as both halves are there, so that at most V / 2 wait.
 *
 * <p>Where sums are rounded, it is those of a fixed number of shards, as soon as they are complete:
 * here, or by whoever sends them.
 */
public final class TreeSum {

  /**
   * A node of the tree.
   *
   * @param from first shard, a multiple of shards
   * @param shards number of shards, a power of two
   * @param samples samples summed
   * @param lossSum sum of their losses
   * @param validation sums over held-out rows; null: none were measured
   * @param sum element-wise sum; the tree's, which may go on to add to it
   */
  @SuppressWarnings("ArrayRecordComponent") // a block of a megabyte is not boxed; never compared
  record Node(
      int from,
      int shards,
      long samples,
      double lossSum,
      @Nullable ValidationSums validation,
      float[] sum) {}

  private final int shards;
  private final Rounding rounding;
  private final int trained;
  private final FreeVectors free;
  private final Map<Integer, Node> waiting = new TreeMap<>();

  /**
   * @param shards V, a power of two
   */
  public TreeSum(int shards) {
    this(shards, Rounding.NONE, 0, new FreeVectors(0));
  }

  /**
   * @param shards V, a power of two
   * @param rounding which sums are rounded; those that are added are, where they have to be
   * @param trained elements that are rounded, from the first on
   * @param free where sums go that are in another, or not needed
   */
  TreeSum(int shards, Rounding rounding, int trained, FreeVectors free) {
    this.shards = shards;
    this.rounding = rounding;
    this.trained = trained;
    this.free = free;
  }

  /** Whether [from, from + count) is a node of the tree. */
  public boolean isNode(int from, int count) {
    return count >= 1
        && Integer.bitCount(count) == 1
        && count <= shards
        && from >= 0
        && from % count == 0
        && from <= shards - count;
  }

  /**
   * Adds a node unless what it stands for is there already.
   *
   * @return the root once all shards are in it, otherwise null
   */
  @Nullable Node add(Node node) {
    if (covers(node.from, node.shards)) {
      free.give(node.sum);
      return null;
    }
    // A larger sum replaces the parts of it that came before: same bits, fewer to wait for.
    waiting.values().removeIf(other -> replaces(node, other));
    var grown = node;
    while (grown.shards < shards) {
      boolean left = (grown.from / grown.shards) % 2 == 0;
      int siblingFrom = left ? grown.from + grown.shards : grown.from - grown.shards;
      var sibling = waiting.get(siblingFrom);
      if (sibling == null || sibling.shards != grown.shards) {
        waiting.put(grown.from, grown);
        return null;
      }
      waiting.remove(siblingFrom);
      grown = left ? combine(grown, sibling) : combine(sibling, grown);
    }
    return grown;
  }

  /** The sums that wait, in shard order. */
  Collection<Node> waiting() {
    return List.copyOf(waiting.values());
  }

  void clear() {
    waiting.clear();
  }

  /** Puts back sums that waited when a checkpoint was taken. */
  void restore(List<Node> nodes) {
    waiting.clear();
    var sorted = new ArrayList<>(nodes);
    sorted.sort(Comparator.comparingInt(Node::from));
    sorted.forEach(node -> waiting.put(node.from, node));
  }

  /** Whether the shards [from, from + count) are in what waits. */
  boolean covers(int from, int count) {
    for (var other : waiting.values()) {
      if (other.from <= from && from + count <= other.from + other.shards) {
        return true;
      }
    }
    return false;
  }

  private boolean replaces(Node outer, Node inner) {
    boolean part =
        outer.from <= inner.from && inner.from + inner.shards <= outer.from + outer.shards;
    if (part) {
      free.give(inner.sum);
    }
    return part;
  }

  private Node combine(Node left, Node right) {
    float[] one = left.sum;
    float[] other = right.sum;
    boolean lent = free.isLent(one);
    float[] sum = lent ? free.take() : one;
    for (int i = 0; i < sum.length; i++) {
      sum[i] = one[i] + other[i];
    }
    if (rounding.rounds(left.shards + right.shards)) {
      SumCodec.round(rounding.format(), sum, trained);
    }
    free.give(other);
    if (lent) {
      free.give(one);
    }
    return new Node(
        left.from,
        left.shards + right.shards,
        left.samples + right.samples,
        left.lossSum + right.lossSum,
        left.validation == null || right.validation == null
            ? null
            : left.validation.plus(right.validation),
        sum);
  }
}
