package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * Train a network.
 *
 * @param dataset what to learn from
 * @param network what to train
 * @param objective what to lower
 * @param optimizer how gradients become updates
 * @param learningRate learning rate at the first step after warm-up
 * @param schedule how the learning rate changes
 * @param warmupSteps steps over which the learning rate rises from 0 in a straight line
 * @param batch samples per optimizer step over all shards; the last step of an epoch may hold fewer
 * @param shards virtual shards per step: a power of two, independent of how many workers there are
 * @param length when to stop
 * @param seed seed of initial parameters, of the order of samples and of dropout
 * @param register name under which the trained model becomes a new version; null: it is not
 *     registered
 * @param classWeights how much the loss of each class counts
 * @param earlyStopping when training ends before its length; null: never
 * @param encoding in how many bits sums of gradients travel
 * @param localSteps how shards make steps by themselves; null: they don't
 * @param clipNorm greatest length of a step's mean gradient, of replicas that of each of their own
 *     steps: a longer one is scaled down to it; 0: any
 */
public record TrainingSpec(
    DatasetSpec dataset,
    Network network,
    Objective objective,
    Optimizer optimizer,
    double learningRate,
    Schedule schedule,
    long warmupSteps,
    int batch,
    int shards,
    Length length,
    long seed,
    @Nullable String register,
    ClassWeights classWeights,
    @Nullable EarlyStopping earlyStopping,
    SumEncoding encoding,
    @Nullable LocalSteps localSteps,
    double clipNorm)
    implements Work {

  /** No gradient is too long. */
  public TrainingSpec(
      DatasetSpec dataset,
      Network network,
      Objective objective,
      Optimizer optimizer,
      double learningRate,
      Schedule schedule,
      long warmupSteps,
      int batch,
      int shards,
      Length length,
      long seed,
      @Nullable String register,
      ClassWeights classWeights,
      @Nullable EarlyStopping earlyStopping,
      SumEncoding encoding,
      @Nullable LocalSteps localSteps) {
    this(
        dataset,
        network,
        objective,
        optimizer,
        learningRate,
        schedule,
        warmupSteps,
        batch,
        shards,
        length,
        seed,
        register,
        classWeights,
        earlyStopping,
        encoding,
        localSteps,
        0);
  }

  /** Sums of gradients travel as they are, after each step. */
  public TrainingSpec(
      DatasetSpec dataset,
      Network network,
      Objective objective,
      Optimizer optimizer,
      double learningRate,
      Schedule schedule,
      long warmupSteps,
      int batch,
      int shards,
      Length length,
      long seed,
      @Nullable String register,
      ClassWeights classWeights,
      @Nullable EarlyStopping earlyStopping) {
    this(
        dataset,
        network,
        objective,
        optimizer,
        learningRate,
        schedule,
        warmupSteps,
        batch,
        shards,
        length,
        seed,
        register,
        classWeights,
        earlyStopping,
        SumEncoding.NONE,
        null);
  }

  /** Every row counts the same. */
  public TrainingSpec(
      DatasetSpec dataset,
      Network network,
      Objective objective,
      Optimizer optimizer,
      double learningRate,
      Schedule schedule,
      long warmupSteps,
      int batch,
      int shards,
      Length length,
      long seed,
      @Nullable String register) {
    this(
        dataset,
        network,
        objective,
        optimizer,
        learningRate,
        schedule,
        warmupSteps,
        batch,
        shards,
        length,
        seed,
        register,
        ClassWeights.NONE,
        null);
  }
}
