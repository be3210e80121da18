package dev.sluice.schemas.wire;

import java.util.List;

/**
 * Apply a model version to rows.
 *
 * @param model name of the model
 * @param version version number in decimal, or an alias
 * @param dataset the rows to answer
 * @param batch rows per call of the engine
 * @param columns output columns in order: row, prediction, label, probability, probabilities,
 *     scores
 */
public record InferenceSpec(
    String model, String version, DatasetSpec dataset, int batch, List<String> columns)
    implements Work {
  public InferenceSpec {
    columns = List.copyOf(columns);
  }
}
