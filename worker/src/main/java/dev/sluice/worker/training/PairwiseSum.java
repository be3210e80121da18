package dev.sluice.worker.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BinaryOperator;

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
  private final Deque<Node<T>> nodes = new ArrayDeque<>();

  /**
   * @param add left + right; may reuse the left one
   */
  public PairwiseSum(BinaryOperator<T> add) {
    this.add = add;
  }

  /** Takes the next leaf. */
  public void add(T leaf) {
    var node = new Node<>(leaf, 1);
    while (!nodes.isEmpty() && nodes.getLast().leaves == node.leaves) {
      var left = nodes.removeLast();
      node = new Node<>(add.apply(left.sum, node.sum), left.leaves + node.leaves);
    }
    nodes.addLast(node);
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
