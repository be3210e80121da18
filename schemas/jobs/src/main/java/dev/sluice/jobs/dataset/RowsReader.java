package dev.sluice.jobs.dataset;

import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.NumberColumn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Reads rows that a job has itself as a model takes them. The same values give the same bits as in
 * the cells of a CSV file: they go through the same {@link Cells}, {@link Encoding} and {@link
 * Preparation}, but for rows of numbers alone, which {@link NumberRows} reads to the same bits. For
 * one thread.
 *
 * <p>In an array values stand in the order of the names that the job gives, or of the model's
 * columns. An object may leave columns out, which are then missing.
 */
public final class RowsReader {
  /** Most inputs of one job: objects may be empty, and one name may become thousands of inputs. */
  static final int INPUTS_MAX = 1 << 22;

  private static final int FIRST_ROWS = 16;

  /** What a text was read to. */
  public sealed interface Result {
    /**
     * Rows as an engine takes them.
     *
     * @param rows how many
     * @param inputs {@link RowsReader#inputs} numbers a row, before the network scales them; 0
     *     throughout a row that can't be answered
     * @param unusable rows that can't be answered, as {@link RowSet#usable} tells
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over and never changed
    record Rows(int rows, float[] inputs, BitSet unusable) implements Result {}

    /**
     * It can't be used.
     *
     * @param problems everything that is wrong, in the order of the text
     */
    record Refused(List<Cause> problems) implements Result {
      public Refused {
        problems = List.copyOf(problems);
      }
    }
  }

  private final List<FeatureColumn> columns;
  private final List<String> names;
  private final Map<String, Integer> columnOf = new HashMap<>();
  private final List<Cause> wrongNames;
  private final boolean named;
  private final int inputs;
  private final Affine featureScale;
  private final boolean scaled;
  private final double[] shift;
  private final double[] scale;
  private final boolean numbers;
  private final Cells cells;
  private final int[] order;

  /**
   * @param model the network that will answer
   * @param names columns of the values of an array; empty: the model's, in their order
   */
  public RowsReader(NetworkFacts model, List<String> names) {
    int count =
        model.columns().isEmpty() ? model.featureScale().shift().size() : model.columns().size();
    columns =
        model.columns().isEmpty()
            ? Collections.nCopies(count, new NumberColumn(null))
            : model.columns();
    this.names =
        model.features().isEmpty()
            ? IntStream.range(0, count).mapToObj(Integer::toString).toList()
            : model.features();
    for (int column = 0; column < count; column++) {
      columnOf.put(this.names.get(column), column);
    }
    named = !names.isEmpty();
    inputs = Encoding.inputs(columns);
    featureScale = model.featureScale();
    scaled = !featureScale.equals(Scale.identity(inputs));
    shift = featureScale.shift().stream().mapToDouble(Double::doubleValue).toArray();
    scale = featureScale.scale().stream().mapToDouble(Double::doubleValue).toArray();
    numbers = columns.stream().allMatch(NumberColumn.class::isInstance);
    cells = Cells.forModel(model.columns(), count);
    var problems = new Problems();
    order = named ? order(names, problems) : IntStream.range(0, count).toArray();
    wrongNames = problems.list();
  }

  /** Numbers that a row becomes. */
  public int inputs() {
    return inputs;
  }

  /** The column of each name. */
  private int[] order(List<String> given, Problems problems) {
    int[] found = new int[given.size()];
    var seen = new BitSet();
    for (int i = 0; i < found.length; i++) {
      found[i] = columnOf.getOrDefault(given.get(i).strip(), -1);
      if (found[i] < 0) {
        problems.add(unknown("names[" + i + "]", given.get(i)));
      } else if (seen.get(found[i])) {
        problems.add(
            Code.NAMED_TWICE,
            "names[" + i + "]",
            "Column '" + CellProblem.shortened(given.get(i)) + "' is named twice.",
            "Each column is one value of a row.",
            "Leave one of them out.");
      } else {
        seen.set(found[i]);
      }
    }
    for (int column = 0; column < columns.size(); column++) {
      if (!seen.get(column)) {
        problems.add(
            Code.NO_SUCH_COLUMN,
            "names",
            "The rows have no column '" + names.get(column) + "'.",
            "The model was trained on it.",
            "Add it; its values may be null where the model knows what stands for them.");
      }
    }
    return found;
  }

  private Cause unknown(String where, String name) {
    return new Cause(
        Code.NO_SUCH_COLUMN,
        where,
        "The model has no column '" + CellProblem.shortened(name) + "'.",
        "It was not trained on it.",
        NearestName.hint(name, names) + "Leave it out, or use the name that was trained on.");
  }

  /**
   * Reads rows.
   *
   * @param text JSON in UTF-8; its position does not change
   */
  public Result read(ByteBuffer text) {
    try {
      var bytes = RowsText.bytes(text);
      if (numbers && wrongNames.isEmpty()) {
        var read =
            NumberRows.read(bytes.array(), bytes.from(), bytes.from() + bytes.length(), order);
        if (read != null && read.length <= INPUTS_MAX) {
          return new Result.Rows(read.length / inputs, read, beyondScale(read));
        }
      }
      return read(bytes);
    } catch (RowsText.Unusable wrong) {
      return new Result.Refused(List.of(wrong.problem()));
    }
  }

  /** Reads any rows, cell by cell. */
  Result read(RowsText.Bytes text) throws RowsText.Unusable {
    var table = new Reading();
    int rows = RowsText.walk(text, table);
    if (table.problems.any()) {
      return new Result.Refused(table.problems.list());
    }
    return encoded(table.table(rows));
  }

  private Result.Rows encoded(Table table) {
    var prepared =
        new Preparation(List.of(), columns, featureScale, Scale.identity(0), false, new Problems())
            .prepare(table, Encoding.encode(table, columns), "");
    var unusable = prepared.outOfRange();
    unusable.stream()
        .forEach(row -> Arrays.fill(prepared.raw(), row * inputs, (row + 1) * inputs, 0));
    return new Result.Rows(table.rows(), prepared.raw(), unusable);
  }

  /** Rows that scaling takes out of the range of binary32; they become 0. */
  private BitSet beyondScale(float[] read) {
    var unusable = new BitSet();
    for (int row = 0; scaled && row < read.length / inputs; row++) {
      boolean finite = true;
      for (int input = 0; input < inputs; input++) {
        double value = (read[row * inputs + input] - shift[input]) / scale[input];
        finite &= Float.isFinite((float) value);
      }
      if (!finite) {
        unusable.set(row);
        Arrays.fill(read, row * inputs, (row + 1) * inputs, 0);
      }
    }
    return unusable;
  }

  /** A table that grows, row by row. */
  private final class Reading implements RowsText.Sink {
    private final int width = columns.size();
    private final Problems problems = new Problems();
    private final BitSet outOfRange = new BitSet();
    private final BitSet withoutValue = new BitSet();
    private final BitSet seen = new BitSet();
    private float[] values = new float[FIRST_ROWS * width];

    @Override
    public void begin(int row) throws RowsText.Unusable {
      if ((row + 1L) * Math.max(inputs, width) > INPUTS_MAX) {
        throw new RowsText.Unusable(
            Code.TOO_LARGE,
            "rows[" + row + "]",
            "The rows become more than " + INPUTS_MAX + " inputs.",
            "Each row becomes " + inputs + " inputs of the network.",
            "Submit fewer rows at a time, or upload them as a CSV file.");
      }
      if ((row + 1) * width > values.length) {
        values = Arrays.copyOf(values, (int) Math.min(INPUTS_MAX, (row + 1L) * 2 * width));
      }
      seen.clear();
    }

    @Override
    public void value(int row, int at, RowsText.Scalar text) throws IOException {
      if (wrongNames.isEmpty() && at < order.length) {
        take(row, order[at], text.text(), "rows[" + row + "][", at, "]");
      }
    }

    @Override
    public void value(int row, String name, RowsText.Scalar text)
        throws RowsText.Unusable, IOException {
      int column = columnOf.getOrDefault(name.strip(), -1);
      if (column < 0) {
        problems.add(unknown(RowsText.place(row, name), name));
      } else if (seen.get(column)) {
        throw RowsText.twice(row, name);
      } else {
        seen.set(column);
        take(row, column, text.text(), "rows[" + row + "].", column, "");
      }
    }

    @Override
    public void end(int row, int count) throws RowsText.Unusable {
      if (!wrongNames.isEmpty()) {
        if (row == 0) {
          wrongNames.forEach(problems::add);
        }
      } else if (count != order.length && named) {
        throw RowsText.ragged(row, count, "there are " + order.length + " names");
      } else if (count != order.length && row > 0) {
        throw RowsText.ragged(row, count, "the model takes " + width);
      } else if (count != order.length) {
        throw new RowsText.Unusable(
            Code.COLUMNS_MISMATCH,
            "rows[0]",
            "The row has " + count + " values, but the model takes " + width + ".",
            "Values stand in the order of the model's columns.",
            "Give all of them, in that order, without the label; or name the columns in names.");
      }
    }

    @Override
    public void end(int row) {
      for (int column = seen.nextClearBit(0); column < width; ) {
        take(row, column, "", "rows[" + row + "].", column, "");
        column = seen.nextClearBit(column + 1);
      }
    }

    /** Where a value stands is only put together where something is wrong with it. */
    private void take(int row, int column, String text, String before, int at, String after) {
      var cell = cells.read(column, text);
      if (cell == Cells.Cell.VALUE) {
        values[row * width + column] = cells.value();
        return;
      }
      values[row * width + column] = Float.NaN;
      boolean allowed =
          switch (cell) {
            case VALUE, BEYOND, UNKNOWN -> true;
            case MISSING -> columns.get(column).fills();
            case MIXED, TOO_MANY, UNUSABLE -> false;
          };
      if (!allowed) {
        var name = names.get(column);
        var where = before + (after.isEmpty() ? CellProblem.shortened(name) : at) + after;
        problems.add(
            "column '" + name + "'", CellProblem.of(cell, text, CellProblem.Source.ROWS).at(where));
      } else if (cell == Cells.Cell.MISSING) {
        withoutValue.set(row);
      } else {
        outOfRange.set(row);
      }
    }

    Table table(int rows) {
      return new Table(
          new Columns(
              List.of(),
              width,
              IntStream.range(0, width).boxed().toList(),
              -1,
              Collections.nCopies(width, false)),
          rows,
          Arrays.copyOf(values, rows * width),
          cells,
          outOfRange,
          withoutValue,
          new Table.Labels.None());
    }
  }
}
