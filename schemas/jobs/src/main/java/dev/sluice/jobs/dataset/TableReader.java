package dev.sluice.jobs.dataset;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one CSV file into a table, or finds everything that is wrong with it. */
final class TableReader {
  private static final int FIRST_ROWS = 1024;

  /** Values of a block: a table that grows in one piece is copied several times. */
  private static final int BLOCK_VALUES = 1 << 16;

  /**
   * How a file is to be read.
   *
   * @param training whether a row without a label, or with a number beyond binary32, is a problem
   * @param missing what becomes of a cell without a value; in inference only whether its row gets
   *     no answer, where the model has nothing to stand for it
   */
  record Manner(
      CsvOptions csv, Columns.Request request, Target target, boolean training, Missing missing) {}

  private final Manner manner;
  private final @Nullable Table first;
  private final Problems problems;
  private final String place;

  private @Nullable Columns columns;
  private @Nullable Cells cells;
  private int[] features = {};
  private int rows;

  /** Features of all rows but for the last ones, which are in {@link #block}. */
  private final List<float[]> blocks = new ArrayList<>();

  private float[] block = {};
  private int blockAt;
  private int[] codes = {};
  private double[] numbers = {};
  private final Texts written = new Texts();
  private final BitSet outOfRange = new BitSet();
  private final BitSet withoutValue = new BitSet();
  private final List<String> texts = new ArrayList<>();
  private final Map<String, Integer> codeOf = new HashMap<>();

  private TableReader(Manner manner, @Nullable Table first, Problems problems) {
    this.manner = manner;
    this.first = first;
    this.problems = problems;
    this.place = first == null ? "" : "hold-out file, ";
  }

  /**
   * Reads a file.
   *
   * @param first the first file, if this is the second; null: this is the first
   * @return the table; null, with problems added, if anything is wrong
   */
  static @Nullable Table read(
      byte[] file, Manner manner, @Nullable Table first, Problems problems) {
    return new TableReader(manner, first, problems).read(file);
  }

  private @Nullable Table read(byte[] file) {
    int before = problems.count();
    try {
      CsvSource.read(file, manner.csv(), this::accept);
    } catch (CsvSource.Unreadable unreadable) {
      problems.add(
          unreadable.code(),
          first == null ? "data set" : "hold-out file",
          String.valueOf(unreadable.getMessage()),
          unreadable.why(),
          unreadable.mend());
    }
    if (problems.count() == before && rows == 0) {
      problems.add(
          Code.EMPTY,
          first == null ? "data set" : "hold-out file",
          columns == null ? "The file is empty." : "The file has a header but no rows.",
          "There is nothing to learn from or to answer.",
          "Submit a file with at least one row; header: false if its first line is one.");
    }
    Columns found = columns;
    Cells read = cells;
    return problems.count() > before || found == null || read == null
        ? null
        : new Table(found, rows, values(), read, outOfRange, withoutValue, labels(found));
  }

  private float[] values() {
    float[] values = new float[rows * features.length];
    int at = 0;
    for (float[] full : blocks) {
      System.arraycopy(full, 0, values, at, full.length);
      at += full.length;
    }
    System.arraycopy(block, 0, values, at, blockAt);
    return values;
  }

  private Table.Labels labels(Columns found) {
    if (found.label() < 0) {
      return new Table.Labels.None();
    }
    return switch (manner.target()) {
      case CLASSIFICATION -> new Table.Labels.Names(Arrays.copyOf(codes, rows), texts);
      case REGRESSION -> new Table.Labels.Numbers(Arrays.copyOf(numbers, rows), written);
    };
  }

  private boolean accept(CsvLine line) {
    Columns known = columns;
    if (known == null) {
      return acceptFirst(line);
    }
    if (isBlank(line, known)) {
      return true;
    }
    if (problems.count() >= Problems.COUNTED_MAX) {
      return false;
    }
    if (line.count() != known.width()) {
      problems.add(
          "number of fields",
          new Cause(
              Code.RAGGED_LINE,
              at(line),
              "The line has "
                  + line.count()
                  + (line.count() == 1 ? " field" : " fields")
                  + ", but the first line has "
                  + known.width()
                  + ".",
              "Every line of a CSV file has the same number of fields.",
              "Add or remove fields; put a field that contains "
                  + named(manner.csv().delimiter())
                  + " in double quotes; dataset.skipLines leaves out lines before the table."));
      return true;
    }
    if (!reserve(line)) {
      return false;
    }
    readFeatures(line, known);
    readLabel(line, known);
    blockAt += features.length;
    rows++;
    return true;
  }

  private boolean acceptFirst(CsvLine line) {
    if (!looksSeparated(line)) {
      return false;
    }
    Columns.Request request = manner.request();
    Columns resolved =
        first == null
            ? Columns.resolve(request, line.fields(), problems)
            : first.columns().resolveLike(request, line.fields(), problems);
    if (resolved == null) {
      return false;
    }
    columns = resolved;
    features = resolved.features().stream().mapToInt(Integer::intValue).toArray();
    cells =
        first != null
            ? first.cells()
            : manner.training()
                ? Cells.forTraining(resolved.categorical())
                : Cells.forModel(request.model(), features.length);
    return resolved.hasHeader() || accept(line);
  }

  private boolean looksSeparated(CsvLine line) {
    String text = line.field(0);
    for (String separator : List.of(";", "\t", "|", ",")) {
      if (line.count() == 1
          && text.contains(separator)
          && !separator.equals(manner.csv().delimiter())) {
        problems.add(
            Code.WRONG_DELIMITER,
            at(line),
            "The fields seem to be separated by " + named(separator) + ".",
            "The file is read as if they were separated by "
                + named(manner.csv().delimiter())
                + ".",
            "Set dataset.delimiter to "
                + (separator.equals("\t") ? "tab" : "'" + separator + "'")
                + "; or dataset.skipLines, if the table begins further down.");
        return false;
      }
    }
    return true;
  }

  private static String named(String delimiter) {
    return switch (delimiter) {
      case "," -> "commas";
      case "\t" -> "tabs";
      default -> "'" + delimiter + "'";
    };
  }

  /** A line of blanks, which some editors leave at the end. */
  private static boolean isBlank(CsvLine line, Columns known) {
    return known.width() > 1 && line.count() == 1 && line.field(0).isBlank();
  }

  private boolean reserve(CsvLine line) {
    long rowsMax =
        Math.min(DatasetLimits.ROWS_MAX, DatasetLimits.VALUES_MAX / Math.max(1, features.length));
    if (rows >= rowsMax) {
      problems.add(
          Code.TOO_MANY,
          at(line),
          "The file has more than " + rowsMax + " rows of " + features.length + " features.",
          "Every data set is read into memory, so a file has at most "
              + DatasetLimits.ROWS_MAX
              + " rows and "
              + DatasetLimits.VALUES_MAX
              + " feature values.",
          "Take fewer rows or columns, or split the job.");
      return false;
    }
    if (blockAt == block.length && features.length > 0) {
      if (block.length > 0) {
        blocks.add(block);
      }
      block = new float[Math.max(1, BLOCK_VALUES / features.length) * features.length];
      blockAt = 0;
    }
    switch (manner.target()) {
      case CLASSIFICATION -> codes = rows < codes.length ? codes : Arrays.copyOf(codes, grown());
      case REGRESSION ->
          numbers = rows < numbers.length ? numbers : Arrays.copyOf(numbers, grown());
    }
    return true;
  }

  private int grown() {
    return Math.max(FIRST_ROWS, rows + rows / 2);
  }

  private void readFeatures(CsvLine line, Columns known) {
    Cells read = Objects.requireNonNull(cells); // made with the columns
    for (int feature = 0; feature < features.length; feature++) {
      float number = read.holdsNumbers(feature) ? line.number(features[feature]) : Float.NaN;
      if (!Float.isNaN(number)) {
        read.takeNumber(feature);
        block[blockAt + feature] = number;
        continue;
      }
      String field = line.field(features[feature]);
      Cells.Cell cell = read.read(feature, field);
      if (cell == Cells.Cell.VALUE) {
        block[blockAt + feature] = read.value();
      } else {
        readGap(line, known, feature, cell, field);
      }
    }
  }

  /** A cell that is no value of its column. */
  private void readGap(CsvLine line, Columns known, int feature, Cells.Cell cell, String field) {
    boolean allowed =
        switch (cell) {
          case VALUE -> true;
          case MISSING -> manner.missing() != Missing.REFUSE || fills(feature);
          case BEYOND, UNKNOWN -> !manner.training();
          case MIXED, TOO_MANY, UNUSABLE -> false;
        };
    if (!allowed) {
      addUnusable(line, known, features[feature], cell, field);
      return;
    }
    block[blockAt + feature] = Float.NaN;
    if (cell == Cells.Cell.MISSING) {
      withoutValue.set(rows);
    } else {
      outOfRange.set(rows);
    }
  }

  /** Whether the model knows what stands for a missing value. */
  private boolean fills(int feature) {
    List<FeatureColumn> model = manner.request().model();
    return feature < model.size() && model.get(feature).fills();
  }

  private void readLabel(CsvLine line, Columns known) {
    if (known.label() < 0) {
      return;
    }
    String field = line.field(known.label()).strip();
    boolean drops = manner.training() && manner.missing() == Missing.DROP;
    if (drops && Cells.isMissing(field)) {
      field = "";
      withoutValue.set(rows);
    } else if (field.isEmpty() && manner.training()) {
      problems.add(
          Code.MISSING_VALUE,
          at(line, known, known.label()),
          "The label is missing.",
          "Training compares the model's answer with the label of every row.",
          "Fill it in, remove the row, or set dataset.missing: drop.");
    }
    switch (manner.target()) {
      case CLASSIFICATION -> codes[rows] = field.isEmpty() ? -1 : code(field, line, known);
      case REGRESSION -> {
        numbers[rows] = field.isEmpty() ? Double.NaN : number(field, line, known);
        written.add(field);
      }
    }
  }

  private int code(String field, CsvLine line, Columns known) {
    Integer code = codeOf.get(field);
    if (code != null) {
      return code;
    }
    if (texts.size() == DatasetLimits.CLASSES_MAX) {
      problems.add(
          Code.TOO_MANY,
          at(line, known, known.label()),
          "The label column has more than " + DatasetLimits.CLASSES_MAX + " different values.",
          "Each different label is a class, and a model has one output per class.",
          "Choose another label column, or target: regression if the label is a quantity.");
      return -1;
    }
    codeOf.put(field, texts.size());
    texts.add(field);
    return texts.size() - 1;
  }

  private double number(String field, CsvLine line, Columns known) {
    double value = Numerals.decimal(field);
    if (Float.isFinite((float) value)) {
      return value;
    }
    if (manner.training() || !isBeyond(field)) {
      addUnusable(line, known, known.label(), Cells.Cell.UNUSABLE, field);
    }
    return Double.NaN;
  }

  /** Whether it is a number, but none that binary32 holds. */
  private static boolean isBeyond(String field) {
    return Numerals.isDecimal(field) || Numerals.isInfinite(field);
  }

  private void addUnusable(CsvLine line, Columns known, int column, Cells.Cell cell, String field) {
    var source = manner.training() ? CellProblem.Source.TRAINING : CellProblem.Source.FILE;
    problems.add(
        known.called(column), CellProblem.of(cell, field, source).at(at(line, known, column)));
  }

  private String at(CsvLine line) {
    return place + "line " + line.lineNumber();
  }

  private String at(CsvLine line, Columns known, int column) {
    return at(line) + ", " + known.called(column);
  }
}
