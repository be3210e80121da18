package dev.sluice.worker.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BinaryOperator;
import java.util.function.ObjIntConsumer;

/**
 * Sums leaves over a fixed binary tree: siblings that stand next to each other and are aligned are
 * added, left + right, then their parents, up to the root. Whoever computes an aligned subtree gets
 * the bits that it has within the whole tree, so grouping cannot change a result.
 *
 * <p>Leaves come from left to right; at most log2(leaves) + 1 sums are kept at any time.
 *
 * @param <T> what is summed
 */
public final class PairwiseSum<T> {

  private record Node<T>(T sum, int leaves) {}

  private final BinaryOperator<T> add;
  private final ObjIntConsumer<T> complete;
  private final Deque<Node<T>> nodes = new ArrayDeque<>();

  /**
   * @param add left + right; may reuse the left one
   */
  public PairwiseSum(BinaryOperator<T> add) {
    this(add, (sum, leaves) -> {});
  }

  /**
   * @param add left + right; may reuse the left one
   * @param complete told of each sum before it is added to its sibling, with the number of its
   *     leaves; may change it
   */
  public PairwiseSum(BinaryOperator<T> add, ObjIntConsumer<T> complete) {
    this.add = add;
    this.complete = complete;
  }

  /** Takes the next leaf. */
  public void add(T leaf) {
    var node = completed(leaf, 1);
    while (!nodes.isEmpty() && nodes.getLast().leaves == node.leaves) {
      var left = nodes.removeLast();
      node = completed(add.apply(left.sum, node.sum), left.leaves + node.leaves);
    }
    nodes.addLast(node);
  }

  private Node<T> completed(T sum, int leaves) {
    complete.accept(sum, leaves);
    return new Node<>(sum, leaves);
  }

  /**
   * The sum of all leaves.
   *
   * @throws IllegalStateException where their number is not a power of two
   */
  public T root() {
    if (nodes.size() != 1) {
      throw new IllegalStateException("the leaves taken so far are not a whole tree");
    }
    return nodes.getFirst().sum;
  }
}
