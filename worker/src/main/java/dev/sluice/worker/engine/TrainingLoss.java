package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Objective;
import java.util.List;

/**
 * What training lowers: the sum over samples of an objective.
 *
 * @param objective how an output is compared with its label
 * @param classWeights what the loss of each class is multiplied with, in output order, as {@code
 *     weight} of torch.nn.CrossEntropyLoss; empty: by nothing
 */
public record TrainingLoss(Objective objective, List<Double> classWeights) {
  public TrainingLoss {
    classWeights = List.copyOf(classWeights);
  }

  /** Every class counts the same. */
  public static TrainingLoss of(Objective objective) {
    return new TrainingLoss(objective, List.of());
  }
}
