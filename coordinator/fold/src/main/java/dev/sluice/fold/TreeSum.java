package dev.sluice.fold;

import dev.sluice.fold.Addend.Payload;
import dev.sluice.fold.Addend.Vector;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.ValidationSums;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sums the contributions of V shards over a fixed binary tree.
 *
 * <p>Floating-point addition is not associative, so the grouping decides the bits. Here it never
 * varies: a node that stands for shards [from, from + shards) is always left half plus right half,
 * whether its two halves came from two workers, from one, or as one sum that a worker made by the
 * same rule.
 *
 * <p>When they are added makes no difference. Contributions wait as they came where there is room
 * for that, and are added once all shards are there, a piece of each at a time, so that each is
 * read once. Where there is none, nodes combine as soon as both halves are there, so that at most V
 * / 2 vectors wait.
 *
 * <p>Where sums are rounded, it is those of a fixed number of shards, as soon as they are complete:
 * here, or by whoever sends them.
 */
public final class TreeSum {

  /**
   * What stands for some shards.
   *
   * @param from first shard, a multiple of shards
   * @param shards number of shards, a power of two
   * @param samples samples summed
   * @param lossSum sum of their losses
   * @param validation sums over held-out rows; null: none were measured
   * @param values element-wise sum
   */
  public record Node(
      int from,
      int shards,
      long samples,
      double lossSum,
      @Nullable ValidationSums validation,
      Addend values) {

    int to() {
      return from + shards;
    }
  }

  /**
   * What a sum stands for.
   *
   * @param samples samples summed
   * @param lossSum sum of their losses
   * @param validation sums over held-out rows; null: none were measured
   */
  public record Total(long samples, double lossSum, @Nullable ValidationSums validation) {

    Total plus(Total right) {
      return new Total(
          samples + right.samples,
          lossSum + right.lossSum,
          validation == null || right.validation == null
              ? null
              : validation.plus(right.validation));
    }
  }

  private final int shards;
  private final Rounding rounding;
  private final int floats;
  private final int trained;
  private final FreeVectors free;
  private final FoldSpace space;
  private final TreeMap<Integer, Node> waiting = new TreeMap<>();

  /** Those that are added now, in shard order. */
  private final List<Node> parts = new ArrayList<>();

  /** Which of them is next. */
  private int part;

  /** Shards for which something waits. */
  private int here;

  /**
   * @param shards V, a power of two
   */
  public TreeSum(int shards) {
    this(shards, Rounding.NONE, 0, 0, new FreeVectors(0, shards), new FoldSpace(0));
  }

  /**
   * @param shards V, a power of two
   * @param floats elements of a sum; none are rounded
   * @param space of whoever adds
   */
  public TreeSum(int shards, int floats, FoldSpace space) {
    this(shards, Rounding.NONE, floats, 0, new FreeVectors(floats, shards), space);
  }

  /**
   * @param shards V, a power of two
   * @param rounding which sums are rounded; those that are added are, where they have to be
   * @param floats elements of a sum
   * @param trained elements that are rounded, from the first on
   * @param free where sums go that are in another, or not needed
   * @param space of whoever adds
   */
  TreeSum(
      int shards, Rounding rounding, int floats, int trained, FreeVectors free, FoldSpace space) {
    this.shards = shards;
    this.rounding = rounding;
    this.floats = floats;
    this.trained = trained;
    this.free = free;
    this.space = space;
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

  /** Adds a node unless what it stands for is there already. */
  public void add(Node node) {
    if (covers(node.from, node.shards)) {
      release(node);
      return;
    }
    // A larger sum replaces the parts of it that came before: same bits, fewer to wait for.
    waiting.subMap(node.from, node.to()).values().forEach(this::release);
    drop(node.from, node.to());
    put(node);
    if (!whole() && !mayWait(node)) {
      combineWith(node);
    }
  }

  private static boolean mayWait(Node node) {
    return node.values instanceof Payload payload && payload.held();
  }

  /** Whether all shards are there. */
  boolean whole() {
    return here == shards;
  }

  /** Whether the shards [from, from + count) are in what waits. */
  boolean covers(int from, int count) {
    if (!isNode(from, count)) {
      return false;
    }
    var before = waiting.floorEntry(from);
    return (before != null && before.getValue().to() >= from + count) || complete(from, count);
  }

  /** Whether what waits adds up to this node. */
  private boolean complete(int from, int count) {
    int at = from;
    while (at < from + count) {
      var node = waiting.get(at);
      if (node == null) {
        return false;
      }
      at = node.to();
    }
    return true;
  }

  /** Makes a vector of the largest node that what waits adds up to, and that has this one in it. */
  private int combineWith(Node node) {
    int from = node.from;
    int count = node.shards;
    while (count < shards && complete(from - from % (2 * count), 2 * count)) {
      count *= 2;
      from -= from % count;
    }
    combine(from, count);
    return from + count;
  }

  /**
   * Adds what can be added, so that nothing waits as it came.
   *
   * @return what waits, in shard order: vectors
   */
  Collection<Node> settle() {
    var next = waiting.firstEntry();
    while (next != null) {
      next = waiting.ceilingEntry(combineWith(next.getValue()));
    }
    return List.copyOf(waiting.values());
  }

  /** Makes a vector of what waits for a node. */
  private void combine(int from, int count) {
    take(from, count);
    if (parts.size() == 1 && parts.getFirst().values instanceof Vector) {
      return;
    }
    // Each piece is read before it is written, so one of the vectors may take the sum.
    int taker = ownVector();
    float[] sum =
        taker >= 0 && parts.get(taker).values instanceof Vector(float[] own) ? own : free.take();
    sum(count, 0, floats, sum);
    var total = total(count);
    for (int i = 0; i < parts.size(); i++) {
      if (i != taker) {
        release(parts.get(i));
      }
    }
    drop(from, from + count);
    put(new Node(from, count, total.samples, total.lossSum, total.validation, new Vector(sum)));
    parts.clear(); // keeps nothing alive that has been added
  }

  /** Which of the parts is a vector that nobody else reads; -1: none. */
  private int ownVector() {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).values instanceof Vector(float[] values) && !free.isLent(values)) {
        return i;
      }
    }
    return -1;
  }

  /** What the root stands for; then {@link #sum(int, int, float[])} gives its values. */
  public Total total() {
    take(0, shards);
    return total(shards);
  }

  /**
   * Elements [from, to) of the sum over all shards.
   *
   * @param from a multiple of {@link SumReader#FLOATS}
   * @param into written at the same place
   */
  public void sum(int from, int to, float[] into) {
    sum(shards, from, to, into);
  }

  private void sum(int count, int from, int to, float[] into) {
    for (int at = from; at < to; at += VectorPieces.FLOATS) {
      int length = Math.min(VectorPieces.FLOATS, to - at);
      part = 0;
      if (rounding.shards() == 0) {
        add(count, 0, at, length, into, at);
      } else {
        float[] piece = space.pieces().at(0);
        add(count, 1, at, length, piece, 0);
        System.arraycopy(piece, 0, into, at, length);
      }
    }
  }

  /**
   * Writes a piece of the sum of so many shards, from the next part on.
   *
   * @param depth from which on there is room for what is added
   * @param to where it is written; 0 where sums are rounded
   */
  private void add(int count, int depth, int at, int length, float[] sum, int to) {
    if (parts.get(part).shards == count) {
      float[] piece = space.pieces().at(depth);
      read(parts.get(part++).values, at, length, piece);
      System.arraycopy(piece, 0, sum, to, length);
      return;
    }
    if (isFour(count)) {
      addFour(at, null, length, sum, to);
    } else if (asTheyCame(2, count / 2)) {
      addTwo(at, length, sum, to);
    } else {
      float[] left = space.pieces().at(depth);
      add(count / 2, depth + 1, at, length, left, 0);
      if (!rounding.rounds(count / 2) && isFour(count / 2)) {
        addFour(at, left, length, sum, to);
      } else {
        float[] right = space.pieces().at(depth + 1);
        add(count / 2, depth + 2, at, length, right, 0);
        VectorPieces.add(left, right, length);
        System.arraycopy(left, 0, sum, to, length);
      }
    }
    if (rounding.rounds(count)) {
      SumCodec.round(rounding.format(), sum, Math.clamp(trained - at, 0, length));
    }
  }

  private boolean isFour(int count) {
    return count >= 4 && !rounding.rounds(count / 2) && asTheyCame(4, count / 4);
  }

  /** Whether the next parts are so many contributions of so many shards, in binary32. */
  private boolean asTheyCame(int number, int count) {
    if (part + number > parts.size()) {
      return false;
    }
    for (int i = part; i < part + number; i++) {
      if (parts.get(i).shards != count
          || !(parts.get(i).values instanceof Payload payload)
          || payload.format() != SumFormat.FP32) {
        return false;
      }
    }
    return true;
  }

  private SumReader.Encoded next() {
    return ((Payload) parts.get(part++).values).sum();
  }

  private void addTwo(int at, int length, float[] sum, int to) {
    var a = next();
    var b = next();
    VectorPieces.add(a.bytes(), a.byteOf(at), b.bytes(), b.byteOf(at), sum, to, length);
  }

  /** The sum of four, added to what is left of it, where there is something. */
  private void addFour(int at, float @Nullable [] left, int length, float[] sum, int to) {
    var a = next();
    var b = next();
    var c = next();
    var d = next();
    int fromA = a.byteOf(at);
    int fromB = b.byteOf(at);
    int fromC = c.byteOf(at);
    int fromD = d.byteOf(at);
    if (left == null) {
      VectorPieces.add(
          a.bytes(), fromA, b.bytes(), fromB, c.bytes(), fromC, d.bytes(), fromD, sum, to, length);
    } else {
      VectorPieces.add(
          left, a.bytes(), fromA, b.bytes(), fromB, c.bytes(), fromC, d.bytes(), fromD, sum, to,
          length);
    }
  }

  private void read(Addend values, int at, int length, float[] piece) {
    switch (values) {
      case Vector(float[] vector) -> System.arraycopy(vector, at, piece, 0, length);
      case Payload(SumReader.Encoded sum, SumFormat format, boolean held) ->
          space.pieces().reader().read(format, sum, trained, at, at + length, piece);
    }
  }

  private Total total(int count) {
    part = 0;
    return totalFrom(count);
  }

  /** In the order of the tree, as the losses are floating-point numbers, too. */
  private Total totalFrom(int count) {
    var node = parts.get(part);
    if (node.shards == count) {
      part++;
      return new Total(node.samples, node.lossSum, node.validation);
    }
    var left = totalFrom(count / 2);
    return left.plus(totalFrom(count / 2));
  }

  /** Gets ready to add what waits for a node. */
  private void take(int from, int count) {
    parts.clear();
    parts.addAll(waiting.subMap(from, from + count).values());
  }

  private void put(Node node) {
    waiting.put(node.from, node);
    here += node.shards;
  }

  private void drop(int from, int to) {
    var nodes = waiting.subMap(from, to);
    nodes.values().forEach(node -> here -= node.shards);
    nodes.clear();
  }

  private void release(Node node) {
    switch (node.values) {
      case Vector(float[] values) -> free.give(values);
      case Payload(SumReader.Encoded sum, SumFormat format, boolean held) -> {
        if (held) {
          space.release(sum.bytes());
        }
      }
    }
  }

  /** Lets go of all that waits. */
  public void clear() {
    waiting.values().forEach(this::release);
    drop(0, shards);
    parts.clear();
  }

  /** Puts back sums that waited when a checkpoint was taken. */
  void restore(List<Node> nodes) {
    clear();
    nodes.forEach(this::put);
  }
}
