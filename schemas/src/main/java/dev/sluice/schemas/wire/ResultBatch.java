package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * RowAnswers to some consecutive rows; values stand row by row.
 *
 * @param jobId job id
 * @param taskId task id
 * @param attempt name of the attempt that wrote it
 * @param rowFrom first row, counted within the job's rows
 * @param rows position of each row in the data set's file, from 0 after the header
 * @param predictions class names, or numbers in the label's own unit
 * @param labels labels where the rows carry them, else empty
 * @param outputs values per row in scores
 * @param scores network outputs in binary32: logits, or values in the label's own unit
 */
public record ResultBatch(
    String jobId,
    String taskId,
    String attempt,
    long rowFrom,
    List<Long> rows,
    List<String> predictions,
    List<String> labels,
    int outputs,
    ByteBuffer scores) {
  public ResultBatch {
    rows = List.copyOf(rows);
    predictions = List.copyOf(predictions);
    labels = List.copyOf(labels);
  }
}
