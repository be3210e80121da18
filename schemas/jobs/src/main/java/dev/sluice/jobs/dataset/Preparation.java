package dev.sluice.jobs.dataset;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.FeatureColumn;
import java.util.BitSet;
import java.util.List;

/** Turns a table as read into what an engine takes: scaled features, class ids, scaled targets. */
final class Preparation {
  private final List<String> classes;
  private final List<FeatureColumn> columns;
  private final Affine featureScale;
  private final Affine targetScale;
  private final boolean training;
  private final Problems problems;

  /**
   * @param training whether a value that scaling takes out of binary32's range is a problem
   */
  Preparation(
      List<String> classes,
      List<FeatureColumn> columns,
      Affine featureScale,
      Affine targetScale,
      boolean training,
      Problems problems) {
    this.classes = classes;
    this.columns = columns;
    this.training = training;
    this.featureScale = featureScale;
    this.targetScale = targetScale;
    this.problems = problems;
  }

  RowSet.Prepared prepare(Table table, Encoding.Encoded encoded, String place) {
    BitSet unusable = (BitSet) encoded.unusable().clone();
    float[] scaled = scaled(table, encoded.inputs(), place, unusable);
    int[] classIds =
        table.labels() instanceof Table.Labels.Names names ? classIds(names) : new int[0];
    float[] targets =
        table.labels() instanceof Table.Labels.Numbers numbers ? targets(numbers) : new float[0];
    return new RowSet.Prepared(
        table,
        Encoding.inputs(columns),
        encoded.inputs(),
        scaled,
        unusable,
        classIds,
        targets,
        classes);
  }

  private float[] scaled(Table table, float[] inputs, String place, BitSet unusable) {
    int width = Encoding.inputs(columns);
    if (featureScale.equals(Scale.identity(width))) {
      return inputs;
    }
    double[] shift = unboxed(featureScale.shift());
    double[] scale = unboxed(featureScale.scale());
    float[] scaled = new float[inputs.length];
    for (int i = 0; i < scaled.length; i++) {
      int input = i % width;
      scaled[i] = (float) ((inputs[i] - shift[input]) / scale[input]);
      if (Float.isFinite(scaled[i])) {
        continue;
      }
      if (!training || unusable.get(i / width)) {
        unusable.set(i / width);
        continue;
      }
      if (problems.count() >= Problems.COUNTED_MAX) {
        break;
      }
      var column = table.columns().called(table.columns().features().get(columnOf(input)));
      problems.add(
          column,
          new Cause(
              Code.NOT_FINITE,
              place + "row " + i / width + " after the header, " + column,
              "Scaling takes " + inputs[i] + " out of the range of 32-bit floating-point numbers.",
              "The training rows of this column lie within " + scale[input] + " of each other.",
              "Remove the row, or set scale: none."));
    }
    return scaled;
  }

  /** The feature column that an input comes from. */
  private int columnOf(int input) {
    int column = 0;
    for (int left = input; left >= columns.get(column).inputs(); column++) {
      left -= columns.get(column).inputs();
    }
    return column;
  }

  private int[] classIds(Table.Labels.Names names) {
    Classes known = new Classes(classes);
    int[] idOfCode = names.texts().stream().mapToInt(known::id).toArray();
    int[] ids = new int[names.codes().length];
    for (int row = 0; row < ids.length; row++) {
      ids[row] = names.codes()[row] < 0 ? RowSet.UNKNOWN : idOfCode[names.codes()[row]];
    }
    return ids;
  }

  private float[] targets(Table.Labels.Numbers numbers) {
    double shift = targetScale.shift().getFirst();
    double scale = targetScale.scale().getFirst();
    float[] targets = new float[numbers.values().length];
    for (int row = 0; row < targets.length; row++) {
      targets[row] = (float) ((numbers.values()[row] - shift) / scale);
    }
    return targets;
  }

  private static double[] unboxed(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
