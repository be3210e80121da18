package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.BooleanColumn;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.NumberColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the cells of feature columns into binary32: a number into itself, a truth value into 1 or
 * 0, the name of a category into its code. What a column holds is what the model says; in training
 * it holds categories where the job says so, else what its first value is.
 */
final class Cells {
  /** What a column holds. */
  enum Kind {
    NUMBER,
    BOOLEAN,
    CATEGORY
  }

  /** What a cell is. */
  enum Cell {
    /** A value of its column. */
    VALUE,
    /** Without a value. */
    MISSING,
    /** A number that binary32 does not hold. */
    BEYOND,
    /** The name of a category that the model does not know. */
    UNKNOWN,
    /** A truth value among numbers, or the other way around. */
    MIXED,
    /** One category too many. */
    TOO_MANY,
    /** None of all this. */
    UNUSABLE
  }

  private final boolean training;
  private final @Nullable Kind[] kinds;
  private final List<Map<String, Integer>> codes = new ArrayList<>();
  private final List<List<String>> categories = new ArrayList<>();
  private int categoryCount;
  private float value;

  private Cells(boolean training, @Nullable Kind[] kinds) {
    this.training = training;
    this.kinds = kinds;
    for (int i = 0; i < kinds.length; i++) {
      codes.add(new HashMap<>());
      categories.add(new ArrayList<>());
    }
  }

  /** For training; whether each column was declared to be one of categories. */
  static Cells forTraining(List<Boolean> categorical) {
    @Nullable Kind[] kinds = new Kind[categorical.size()];
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = categorical.get(i) ? Kind.CATEGORY : null;
    }
    return new Cells(true, kinds);
  }

  /** For a model; columns beyond those that it knows hold numbers. */
  static Cells forModel(List<FeatureColumn> model, int columns) {
    @Nullable Kind[] kinds = new Kind[columns];
    Cells cells = new Cells(false, kinds);
    for (int i = 0; i < columns; i++) {
      FeatureColumn column = i < model.size() ? model.get(i) : new NumberColumn(null);
      kinds[i] =
          switch (column) {
            case NumberColumn(var fill) -> Kind.NUMBER;
            case BooleanColumn(var fill) -> Kind.BOOLEAN;
            case CategoryColumn(var names, var fill) -> {
              for (String name : names) {
                cells.add(i, name);
              }
              yield Kind.CATEGORY;
            }
          };
    }
    return cells;
  }

  /** What a column holds; numbers, where it never had a value. */
  Kind kind(int column) {
    Kind kind = kinds[column];
    return kind == null ? Kind.NUMBER : kind;
  }

  /** The categories of a column by code: the model's, or all that occurred. */
  List<String> categories(int column) {
    return categories.get(column);
  }

  /** The last {@link Cell#VALUE}. */
  float value() {
    return value;
  }

  /** Whether a cell has no value, as people write that. */
  static boolean isMissing(String field) {
    if (field.isBlank()) {
      return true;
    }
    return switch (field.strip().toUpperCase(Locale.ROOT)) {
      case "NA", "N/A", "#N/A", "NAN", "NULL", "?" -> true;
      default -> false;
    };
  }

  /** Whether a cell is a truth value, as people write that. */
  static boolean isBoolean(String field) {
    return truth(field) != null;
  }

  private static @Nullable Boolean truth(String field) {
    return switch (field.strip().toLowerCase(Locale.ROOT)) {
      case "true", "yes" -> Boolean.TRUE;
      case "false", "no" -> Boolean.FALSE;
      default -> null;
    };
  }

  /** Whether a number that binary32 holds is a value of a column as it is. */
  boolean holdsNumbers(int column) {
    return kinds[column] == Kind.NUMBER || kinds[column] == null;
  }

  /** A column that {@link #holdsNumbers} has one. */
  void takeNumber(int column) {
    kinds[column] = Kind.NUMBER;
  }

  /** Reads a cell; {@link #value} is what it holds. */
  Cell read(int column, String field) {
    if (kinds[column] == Kind.CATEGORY) {
      return category(column, field);
    }
    double number = Numerals.decimal(field);
    if (!Double.isNaN(number)) {
      return number(column, number);
    }
    if (isMissing(field)) {
      return Cell.MISSING;
    }
    if (Numerals.isInfinite(field)) {
      return Cell.BEYOND;
    }
    Boolean truth = truth(field);
    if (truth == null) {
      return Cell.UNUSABLE;
    }
    if (!is(column, Kind.BOOLEAN)) {
      return Cell.MIXED;
    }
    value = truth ? 1 : 0;
    return Cell.VALUE;
  }

  private Cell number(int column, double number) {
    boolean bit = number == 0 || number == 1;
    if (!is(column, Kind.NUMBER) && (training || !bit)) {
      return Cell.MIXED;
    }
    value = (float) number;
    return Float.isFinite(value) ? Cell.VALUE : Cell.BEYOND;
  }

  /** Whether a column is of a kind, which it becomes where it had no value before. */
  private boolean is(int column, Kind kind) {
    if (kinds[column] == null) {
      kinds[column] = kind;
    }
    return kinds[column] == kind;
  }

  private Cell category(int column, String field) {
    if (isMissing(field)) {
      return Cell.MISSING;
    }
    Integer code = codes.get(column).get(field.strip());
    if (code == null && !training) {
      return Cell.UNKNOWN;
    }
    if (code == null) {
      if (categoryCount == DatasetLimits.CATEGORIES_MAX) {
        return Cell.TOO_MANY;
      }
      code = add(column, field.strip());
    }
    value = code;
    return Cell.VALUE;
  }

  private int add(int column, String name) {
    int code = categories.get(column).size();
    codes.get(column).put(name, code);
    categories.get(column).add(name);
    categoryCount++;
    return code;
  }
}
