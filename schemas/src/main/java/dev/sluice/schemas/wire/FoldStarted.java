package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * A job's fold begins; in every partition of sluice.gradients.
 *
 * @param floats length of the flat vector
 * @param parameters length of its trained part
 * @param blockFloats elements per block; the last block may hold fewer
 * @param shards virtual shards
 * @param optimizer how gradients become updates
 * @param learningRate learning rate
 * @param schedule how it changes
 * @param warmupSteps steps of warm-up
 * @param stepsPerEpoch steps in an epoch
 * @param steps steps in all
 * @param engine engine fingerprint of every contribution
 * @param foldVersion version of the fold's arithmetic
 * @param validation when parameters are measured on held-out rows; null: never. After the steps
 *     comes one that only measures
 * @param workersFold whether the job's workers fold for themselves, so that of its generations only
 *     the last one is published
 * @param encoding which sums are rounded, and how they travel
 * @param clipNorm greatest length of a step's mean gradient, over all that is trained: a longer one
 *     is scaled down to it; 0: any. Only where the vector is one block
 */
public record FoldStarted(
    long floats,
    long parameters,
    int blockFloats,
    int shards,
    Optimizer optimizer,
    double learningRate,
    Schedule schedule,
    long warmupSteps,
    long stepsPerEpoch,
    long steps,
    String engine,
    int foldVersion,
    @Nullable ValidationPlan validation,
    boolean workersFold,
    SumEncoding encoding,
    double clipNorm)
    implements GradientEntry {

  /** No gradient is too long. */
  public FoldStarted(
      long floats,
      long parameters,
      int blockFloats,
      int shards,
      Optimizer optimizer,
      double learningRate,
      Schedule schedule,
      long warmupSteps,
      long stepsPerEpoch,
      long steps,
      String engine,
      int foldVersion,
      @Nullable ValidationPlan validation,
      boolean workersFold,
      SumEncoding encoding) {
    this(
        floats,
        parameters,
        blockFloats,
        shards,
        optimizer,
        learningRate,
        schedule,
        warmupSteps,
        stepsPerEpoch,
        steps,
        engine,
        foldVersion,
        validation,
        workersFold,
        encoding,
        0);
  }

  /** Nothing is rounded. */
  public FoldStarted(
      long floats,
      long parameters,
      int blockFloats,
      int shards,
      Optimizer optimizer,
      double learningRate,
      Schedule schedule,
      long warmupSteps,
      long stepsPerEpoch,
      long steps,
      String engine,
      int foldVersion,
      @Nullable ValidationPlan validation,
      boolean workersFold) {
    this(
        floats,
        parameters,
        blockFloats,
        shards,
        optimizer,
        learningRate,
        schedule,
        warmupSteps,
        stepsPerEpoch,
        steps,
        engine,
        foldVersion,
        validation,
        workersFold,
        SumEncoding.NONE);
  }
}
