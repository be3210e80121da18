package dev.sluice.schemas.wire;

import java.util.List;

/**
 * Apply a model version to rows.
 *
 * @param model name of the model
 * @param version version number in decimal, or an alias
 * @param dataset the rows to answer
 * @param batch rows per call of the engine; {@link #BATCH_FOUND}: the worker finds out how many
 *     suit the model
 * @param columns output columns in order: row, prediction, label, probability, probabilities,
 *     scores
 */
public record InferenceSpec(
    String model, String version, DatasetSpec dataset, int batch, List<String> columns)
    implements Work {
  /** A batch that nobody has chosen. */
  public static final int BATCH_FOUND = 0;

  private static final int BATCH_USUAL = 256;

  public InferenceSpec {
    columns = List.copyOf(columns);
  }

  /** Rows per call of the engine as far as it is known before one is called. */
  public int batchExpected() {
    return batch == BATCH_FOUND ? BATCH_USUAL : batch;
  }
}
