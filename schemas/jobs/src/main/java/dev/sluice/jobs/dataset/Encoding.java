package dev.sluice.jobs.dataset;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.BooleanColumn;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.NumberColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the feature columns of a file become inputs of a network. Everything comes from the training
 * rows and is kept with the model: categories in the order of their characters, and what stands for
 * cells without a value.
 */
final class Encoding {
  private Encoding() {}

  /**
   * Inputs of every row.
   *
   * @param inputs row-major; 0 throughout a row that can't be encoded
   * @param unusable rows that hold a value beyond binary32, none at all where nothing stands for
   *     it, or a category that the model does not know
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over and never changed
  record Encoded(float[] inputs, BitSet unusable) {}

  /** Inputs of a row. */
  static int inputs(List<FeatureColumn> columns) {
    return columns.stream().mapToInt(FeatureColumn::inputs).sum();
  }

  /** Whether every input is the number that stands in the file. */
  static boolean isPlain(List<FeatureColumn> columns) {
    return columns.stream()
        .allMatch(column -> column instanceof NumberColumn(var fill) && fill == null);
  }

  /** What the training rows say of each column; problems are added where they say nothing. */
  static List<FeatureColumn> fit(Table table, int[] training, Missing missing, Problems problems) {
    boolean fills =
        switch (missing) {
          case REFUSE, DROP -> false;
          case MEAN, MEDIAN, MOST_FREQUENT -> true;
        };
    List<FeatureColumn> columns = new ArrayList<>();
    for (int column = 0; column < table.features(); column++) {
      float[] values = values(table, training, column);
      if (values.length == 0 && training.length > 0) {
        problems.add(
            Code.MISSING_VALUE,
            table.columns().called(table.columns().features().get(column)),
            "No training row has a value in this column.",
            "What stands for a value that is missing comes from the training rows.",
            "Leave the column out of dataset.features.");
      }
      columns.add(
          switch (table.cells().kind(column)) {
            case NUMBER -> new NumberColumn(fills ? fill(values, missing) : null);
            case BOOLEAN -> new BooleanColumn(fills ? mostFrequent(values) == 1 : null);
            case CATEGORY -> categories(table.cells().categories(column), values, fills);
          });
    }
    int inputs = inputs(columns);
    if (inputs > DatasetLimits.COLUMNS_MAX) {
      problems.add(
          Code.TOO_MANY,
          "dataset.categorical",
          "The columns become " + inputs + " inputs, one for each category.",
          "A network has at most " + DatasetLimits.COLUMNS_MAX + " inputs.",
          "Leave out columns with many categories.");
    }
    return columns;
  }

  /** Values of the training rows that have one. */
  private static float[] values(Table table, int[] training, int column) {
    float[] values = new float[training.length];
    int count = 0;
    for (int row : training) {
      float value = table.values()[row * table.features() + column];
      if (!Float.isNaN(value)) {
        values[count++] = value;
      }
    }
    return Arrays.copyOf(values, count);
  }

  private static @Nullable Double fill(float[] values, Missing how) {
    if (values.length == 0) {
      return null;
    }
    return switch (how) {
      case MEAN -> {
        double sum = 0;
        for (float value : values) {
          sum += value;
        }
        yield sum / values.length;
      }
      case MEDIAN -> {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        yield sorted.length % 2 == 1
            ? sorted[half]
            : ((double) sorted[half - 1] + sorted[half]) / 2;
      }
      case MOST_FREQUENT -> (double) mostFrequent(values);
      case REFUSE, DROP -> null;
    };
  }

  /** Of several that are equally frequent the least. */
  private static float mostFrequent(float[] values) {
    TreeMap<Float, Integer> counts = new TreeMap<>();
    for (float value : values) {
      counts.merge(value + 0f, 1, Integer::sum); // -0 is 0
    }
    float most = 0;
    int count = 0;
    for (Map.Entry<Float, Integer> entry : counts.entrySet()) {
      if (entry.getValue() > count) {
        most = entry.getKey();
        count = entry.getValue();
      }
    }
    return most;
  }

  private static CategoryColumn categories(List<String> names, float[] codes, boolean fills) {
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (float code : codes) {
      counts.merge(names.get((int) code), 1, Integer::sum);
    }
    String most = null;
    int count = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      if (entry.getValue() > count) {
        most = entry.getKey();
        count = entry.getValue();
      }
    }
    return new CategoryColumn(List.copyOf(counts.keySet()), fills ? most : null);
  }

  /** Encodes every row of a table. */
  static Encoded encode(Table table, List<FeatureColumn> columns) {
    if (isPlain(columns) && table.withoutValue().isEmpty()) {
      return new Encoded(table.values(), table.outOfRange());
    }
    BitSet unusable = (BitSet) table.outOfRange().clone();
    int width = inputs(columns);
    float[] inputs = new float[Math.multiplyExact(table.rows(), width)];
    int at = 0;
    for (int column = 0; column < columns.size(); column++) {
      switch (columns.get(column)) {
        case NumberColumn(Double fill) ->
            numbers(
                table,
                column,
                fill == null ? Float.NaN : fill.floatValue(),
                inputs,
                at,
                width,
                unusable);
        case BooleanColumn(Boolean fill) ->
            numbers(
                table,
                column,
                fill == null ? Float.NaN : fill ? 1 : 0,
                inputs,
                at,
                width,
                unusable);
        case CategoryColumn categories ->
            oneHot(table, column, categories, inputs, at, width, unusable);
      }
      at += columns.get(column).inputs();
    }
    unusable.stream()
        .filter(row -> row < table.rows())
        .forEach(row -> Arrays.fill(inputs, row * width, (row + 1) * width, 0));
    return new Encoded(inputs, unusable);
  }

  private static void numbers(
      Table table, int column, float fill, float[] inputs, int at, int width, BitSet unusable) {
    for (int row = 0; row < table.rows(); row++) {
      float cell = table.values()[row * table.features() + column];
      float input = Float.isNaN(cell) ? fill : cell;
      inputs[row * width + at] = input;
      if (Float.isNaN(input)) {
        unusable.set(row);
      }
    }
  }

  private static void oneHot(
      Table table,
      int column,
      CategoryColumn categories,
      float[] inputs,
      int at,
      int width,
      BitSet unusable) {
    Map<String, Integer> inputOf = new HashMap<>();
    categories.categories().forEach(name -> inputOf.put(name, inputOf.size()));
    List<String> names = table.cells().categories(column);
    int[] inputOfCode = names.stream().mapToInt(name -> inputOf.getOrDefault(name, -1)).toArray();
    int fill = categories.fill() == null ? -1 : inputOf.getOrDefault(categories.fill(), -1);
    for (int row = 0; row < table.rows(); row++) {
      float cell = table.values()[row * table.features() + column];
      int input = Float.isNaN(cell) ? fill : inputOfCode[(int) cell];
      if (input < 0) {
        unusable.set(row);
      } else {
        inputs[row * width + at + input] = 1;
      }
    }
  }
}
