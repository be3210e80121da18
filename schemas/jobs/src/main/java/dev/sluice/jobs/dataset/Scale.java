package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.NumberColumn;
import dev.sluice.schemas.wire.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Computes the constants that bring columns to a common range. */
final class Scale {
  private Scale() {}

  /** The constants that change nothing. */
  static Affine identity(int columns) {
    return new Affine(
        java.util.Collections.nCopies(columns, 0.0), java.util.Collections.nCopies(columns, 1.0));
  }

  /** The constants of inputs over the training rows; only numbers are scaled. */
  static Affine of(Scaling scaling, int[] rows, List<FeatureColumn> columns, float[] inputs) {
    int width = Encoding.inputs(columns);
    List<Double> shift = new ArrayList<>(width);
    List<Double> scale = new ArrayList<>(width);
    for (FeatureColumn column : columns) {
      Scaling own = column instanceof NumberColumn ? scaling : Scaling.NONE;
      for (int i = 0; i < column.inputs(); i++) {
        int input = shift.size();
        Constants constants = constants(own, rows.length, row -> inputs[rows[row] * width + input]);
        shift.add(constants.shift);
        scale.add(constants.scale);
      }
    }
    return new Affine(shift, scale);
  }

  /** The constants of a label column over the training rows. */
  static Affine of(Scaling scaling, int[] rows, double[] values) {
    Constants constants = constants(scaling, rows.length, i -> values[rows[i]]);
    return new Affine(List.of(constants.shift), List.of(constants.scale));
  }

  private record Constants(double shift, double scale) {}

  /** In binary64 and in row order, so that every worker gets the same bits. */
  private static Constants constants(Scaling scaling, int rows, IntToDoubleFunction value) {
    if (scaling == Scaling.NONE) {
      return new Constants(0, 1);
    }
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      double x = value.applyAsDouble(i);
      min = Math.min(min, x);
      max = Math.max(max, x);
      sum += x;
    }
    if (min == max) {
      return new Constants(min, 1); // exactly constant: rounding of a mean must not blow it up
    }
    return switch (scaling) {
      case NONE -> new Constants(0, 1);
      case MIN_MAX -> new Constants(min, max - min);
      case STANDARD -> {
        double mean = sum / rows;
        double squares = 0;
        for (int i = 0; i < rows; i++) {
          double deviation = value.applyAsDouble(i) - mean;
          squares += deviation * deviation;
        }
        double deviation = Math.sqrt(squares / rows);
        yield new Constants(mean, deviation > 0 ? deviation : 1);
      }
    };
  }
}
