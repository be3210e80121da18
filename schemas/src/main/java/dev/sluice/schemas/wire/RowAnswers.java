package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a model says of some rows, in their order.
 *
 * @param predictions class names, or numbers in the label's own unit; empty where the network's
 *     output is not finite
 * @param probabilities probability of each predicted class; empty in regression
 * @param outputs values per row in scores
 * @param scores network outputs in binary32, row by row: logits, or values in the label's own unit
 */
public record RowAnswers(
    List<String> predictions, List<Double> probabilities, int outputs, ByteBuffer scores) {
  public RowAnswers {
    predictions = List.copyOf(predictions);
    probabilities = List.copyOf(probabilities);
  }

  /** The same in memory of its own, for whoever keeps it: what was read is a view of a fetch. */
  public RowAnswers detached() {
    var own = ByteBuffer.allocate(scores.remaining()).put(scores.duplicate()).flip();
    return new RowAnswers(predictions, probabilities, outputs, own);
  }
}
