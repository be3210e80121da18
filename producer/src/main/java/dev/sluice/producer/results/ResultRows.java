package dev.sluice.producer.results;

import dev.sluice.jobs.metrics.Probabilities;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Splits batches into rows and turns scores into probabilities. */
public final class ResultRows {

  /**
   * One row of results.
   *
   * @param row position in the data set's file
   * @param prediction class name or number; null where some score is not finite: the row has no
   *     answer
   * @param label null where the row carries none
   * @param probabilities one per class; empty for regression and without an answer
   * @param probability that of the predicted class; null for regression and without an answer
   * @param scores what the network gave
   */
  public record Row(
      long row,
      @Nullable String prediction,
      @Nullable String label,
      List<Double> probabilities,
      @Nullable Double probability,
      List<Float> scores) {
    public Row {
      probabilities = List.copyOf(probabilities);
      scores = List.copyOf(scores);
    }
  }

  private final Objective objective;
  private final List<String> classes;

  /**
   * @param objective of the model
   * @param classes names of its classes in output order; empty for regression
   */
  public ResultRows(Objective objective, List<String> classes) {
    this.objective = objective;
    this.classes = List.copyOf(classes);
  }

  /** The rows of a batch, in their order. */
  public List<Row> of(ResultBatch batch) {
    var scores = Vectors.floats(batch.scores());
    var rows = new ArrayList<Row>(batch.rows().size());
    for (int i = 0; i < batch.rows().size(); i++) {
      var own = new ArrayList<Float>(batch.outputs());
      for (int output = 0; output < batch.outputs(); output++) {
        own.add(scores[i * batch.outputs() + output]);
      }
      boolean answered = own.stream().allMatch(Float::isFinite);
      var prediction = answered ? batch.predictions().get(i) : null;
      List<Double> probabilities = answered ? probabilities(own) : List.of();
      int predicted = prediction == null ? -1 : classes.indexOf(prediction);
      rows.add(
          new Row(
              batch.rows().get(i),
              prediction,
              label(batch, i),
              probabilities,
              predicted >= 0 && predicted < probabilities.size()
                  ? probabilities.get(predicted)
                  : null,
              own));
    }
    return rows;
  }

  private static @Nullable String label(ResultBatch batch, int row) {
    var label = batch.labels().isEmpty() ? "" : batch.labels().get(row);
    return label.isEmpty() ? null : label;
  }

  private List<Double> probabilities(List<Float> scores) {
    var values = new float[scores.size()];
    for (int output = 0; output < values.length; output++) {
      values[output] = scores.get(output);
    }
    return DoubleStream.of(Probabilities.of(objective, values)).boxed().toList();
  }
}
