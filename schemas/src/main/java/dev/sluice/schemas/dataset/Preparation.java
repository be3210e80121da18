package dev.sluice.schemas.dataset;

import dev.sluice.schemas.job.Problems;
import dev.sluice.schemas.wire.Affine;
import java.util.BitSet;
import java.util.List;

/** Turns a table as read into what an engine takes: scaled features, class ids, scaled targets. */
final class Preparation {
  private final List<String> classes;
  private final Affine featureScale;
  private final Affine targetScale;
  private final boolean training;
  private final Problems problems;

  /**
   * @param training whether a value that scaling takes out of binary32's range is a problem
   */
  Preparation(
      List<String> classes,
      Affine featureScale,
      Affine targetScale,
      boolean training,
      Problems problems) {
    this.classes = classes;
    this.training = training;
    this.featureScale = featureScale;
    this.targetScale = targetScale;
    this.problems = problems;
  }

  RowSet.Prepared prepare(Table table, String place) {
    return switch (table.labels()) {
      case Table.Labels.None() -> prepared(table, place, new int[0], new float[0]);
      case Table.Labels.Names names -> prepared(table, place, classIds(names), new float[0]);
      case Table.Labels.Numbers numbers -> prepared(table, place, new int[0], targets(numbers));
    };
  }

  private RowSet.Prepared prepared(Table table, String place, int[] classIds, float[] targets) {
    BitSet outOfRange = (BitSet) table.outOfRange().clone();
    float[] scaled = scaled(table, place, outOfRange);
    return new RowSet.Prepared(
        table, table.values(), scaled, outOfRange, classIds, targets, classes);
  }

  private float[] scaled(Table table, String place, BitSet outOfRange) {
    int features = table.features();
    if (featureScale.equals(Scale.identity(features))) {
      return table.values();
    }
    double[] shift = unboxed(featureScale.shift());
    double[] scale = unboxed(featureScale.scale());
    float[] scaled = new float[table.values().length];
    for (int i = 0; i < scaled.length; i++) {
      int feature = i % features;
      scaled[i] = (float) ((table.values()[i] - shift[feature]) / scale[feature]);
      if (Float.isFinite(scaled[i])) {
        continue;
      }
      if (!training) {
        outOfRange.set(i / features);
      } else {
        problems.add(
            place
                + "row "
                + i / features
                + " after the header, "
                + table.columns().called(table.columns().features().get(feature)),
            "Scaling takes "
                + table.values()[i]
                + " out of the range of 32-bit floating-point numbers.",
            "The training rows of this column lie within " + scale[feature] + " of each other.",
            "Remove the row, or set scale: none.");
      }
    }
    return scaled;
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
