package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Length;
import dev.sluice.schemas.wire.Steps;
import java.util.Arrays;

/**
 * Which training rows a virtual shard sees in a step: pure functions of the job alone, so that
 * workers need not talk to each other and no row of an epoch is lost or seen twice, whoever
 * computes which shard.
 *
 * <p>Epoch e visits the rows in a random order that depends on (seed, e). Step s of an epoch takes
 * the next {@code batch} of them, the last step what is left; shard k of V takes the k-th of V
 * nearly equal runs of a step's rows. A shard's run may be empty where a step has fewer rows than
 * shards.
 */
public final class Sampling {
  // Different draws from one seed must not be related: each kind of draw has its own first key.
  private static final long ORDER = 1;
  private static final long SPLIT = 2;
  private static final long DROPOUT = 3;

  private Sampling() {}

  /**
   * The order in which an epoch visits the training rows.
   *
   * @param seed the job's seed
   * @param epoch 0 for the first pass
   * @param rows number of training rows, at least 1
   * @return a permutation of 0 .. rows-1
   */
  public static int[] order(long seed, long epoch, int rows) {
    return SplitMix64.keyed(ORDER, seed, epoch).permutation(rows);
  }

  /** Steps of one epoch: rows / batch, rounded up. */
  public static long stepsPerEpoch(int rows, int batch) {
    require(rows >= 1 && batch >= 1, "rows and batch are at least 1");
    return (rows + (long) batch - 1) / batch;
  }

  /** Steps of a whole training; throws {@link ArithmeticException} beyond 2^63. */
  public static long steps(Length length, long stepsPerEpoch) {
    return switch (length) {
      case Epochs epochs -> Math.multiplyExact(epochs.count(), stepsPerEpoch);
      case Steps steps -> steps.count();
    };
  }

  /** The epoch that a step belongs to. */
  public static long epoch(long step, int rows, int batch) {
    return step / stepsPerEpoch(rows, batch);
  }

  /**
   * Where a shard's rows of a step stand in the epoch's order.
   *
   * @param step step of the job, from 0
   * @param shard 0 .. shards-1
   */
  public static Slice slice(long step, int shard, int shards, int batch, int rows) {
    require(step >= 0, "a step is at least 0");
    require(shard >= 0 && shard < shards, "a shard lies in 0 .. shards-1");
    long first = step % stepsPerEpoch(rows, batch) * batch;
    long length = Math.min(rows, first + batch) - first;
    long from = first + shard * length / shards;
    long to = first + (shard + 1) * length / shards;
    return new Slice((int) from, (int) to);
  }

  /**
   * The training rows of a shard in a step. It draws the whole epoch's order; {@link Sampler} does
   * so once per epoch.
   *
   * @return indices among the training rows, in the order in which the shard visits them
   */
  public static int[] rows(
      long seed, long step, int shard, int shards, int batch, int trainingRows) {
    int[] order = order(seed, epoch(step, trainingRows, batch), trainingRows);
    Slice slice = slice(step, shard, shards, batch, trainingRows);
    return Arrays.copyOfRange(order, slice.from(), slice.to());
  }

  /** Seed of the dropout of a shard in a step. */
  public static long dropoutSeed(long seed, long step, int shard) {
    return SplitMix64.key(DROPOUT, seed, step, shard);
  }

  /** The order from whose front the held-out rows are taken. */
  static int[] splitOrder(long splitSeed, int rows) {
    return SplitMix64.keyed(SPLIT, splitSeed).permutation(rows);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }

  /**
   * A run of an epoch's order.
   *
   * @param from index of the first row
   * @param to index after the last row
   */
  public record Slice(int from, int to) {
    /** Number of rows; may be 0. */
    public int length() {
      return to - from;
    }
  }
}
