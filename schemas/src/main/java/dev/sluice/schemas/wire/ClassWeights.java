package dev.sluice.schemas.wire;

import java.util.List;

/**
 * How much the loss of each class counts; scaled in training, so that the mean over the training
 * rows is 1.
 *
 * @param balanced whether all classes count the same whatever their number of training rows;
 *     weights is empty then
 * @param weights what the job says of single classes
 */
public record ClassWeights(boolean balanced, List<ClassWeight> weights) {
  /** Every row counts the same. */
  public static final ClassWeights NONE = new ClassWeights(false, List.of());

  public ClassWeights {
    weights = List.copyOf(weights);
  }
}
