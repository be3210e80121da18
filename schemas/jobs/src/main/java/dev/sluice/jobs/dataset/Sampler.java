package dev.sluice.jobs.dataset;

import java.util.Arrays;

/**
 * {@link Sampling} for one job; remembers the order of the epoch it was asked about last. Not
 * thread-safe.
 */
public final class Sampler {
  private final long seed;
  private final int batch;
  private final int shards;
  private final int trainingRows;
  private long epoch = -1;
  private int[] order = {};

  /**
   * For one job.
   *
   * @param seed the job's seed
   * @param batch samples per step over all shards
   * @param shards virtual shards
   * @param trainingRows number of training rows, at least 1
   */
  public Sampler(long seed, int batch, int shards, int trainingRows) {
    this.seed = seed;
    this.batch = batch;
    this.shards = shards;
    this.trainingRows = trainingRows;
  }

  /** Steps of one epoch. */
  public long stepsPerEpoch() {
    return Sampling.stepsPerEpoch(trainingRows, batch);
  }

  /** As {@link Sampling#rows}. */
  public int[] rows(long step, int shard) {
    Sampling.Slice slice = Sampling.slice(step, shard, shards, batch, trainingRows);
    long wanted = Sampling.epoch(step, trainingRows, batch);
    if (wanted != epoch) {
      order = Sampling.order(seed, wanted, trainingRows);
      epoch = wanted;
    }
    return Arrays.copyOfRange(order, slice.from(), slice.to());
  }

  /** As {@link Sampling#dropoutSeed}. */
  public long dropoutSeed(long step, int shard) {
    return Sampling.dropoutSeed(seed, step, shard);
  }
}
