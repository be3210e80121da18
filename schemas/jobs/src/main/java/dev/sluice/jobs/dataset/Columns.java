package dev.sluice.jobs.dataset;

import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.FeatureColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a file are features and which is the label.
 *
 * @param names name of every column; empty where the file has no header
 * @param width fields in a line
 * @param features position of each feature column, in model order
 * @param label position of the label column; -1: none
 * @param categorical whether each feature column was declared to hold categories
 */
record Columns(
    List<String> names, int width, List<Integer> features, int label, List<Boolean> categorical) {
  /** How many column names an error message lists. */
  private static final int LISTED_MAX = 12;

  /**
   * What the job asks for.
   *
   * @param categorical columns that hold categories; in inference the model says which
   * @param model the model's columns; empty in training
   */
  record Request(
      @Nullable Boolean header,
      @Nullable String label,
      List<String> features,
      List<String> categorical,
      List<FeatureColumn> model) {}

  boolean hasHeader() {
    return !names.isEmpty();
  }

  List<String> featureNames() {
    return hasHeader() ? features.stream().map(names::get).toList() : List.of();
  }

  /** How messages call a column: by name, or by position where there are no names. */
  String called(int column) {
    return hasHeader() ? "column '" + names.get(column) + "'" : "column " + column;
  }

  /**
   * The columns of a file from its first line; null, with problems added, where the request does
   * not fit it.
   */
  static @Nullable Columns resolve(Request request, List<String> first, Problems problems) {
    boolean header = hasHeader(request, first);
    List<String> names = header ? named(first) : List.of();
    Lookup lookup = new Lookup(names, first.size());
    int before = problems.count();
    int label = -1;
    if (request.label != null) {
      label = lookup.find(request.label, "dataset.label", "label", problems);
    }
    Set<Integer> features = new LinkedHashSet<>();
    if (request.features.isEmpty()) {
      int labelColumn = label;
      IntStream.range(0, first.size()).filter(i -> i != labelColumn).forEach(features::add);
    }
    for (int i = 0; i < request.features.size(); i++) {
      String where = "dataset.features[" + i + "]";
      int column = lookup.find(request.features.get(i), where, "feature", problems);
      if (column >= 0 && column != label && !features.add(column)) {
        problems.add(
            Code.NAMED_TWICE,
            where,
            "Column '" + request.features.get(i) + "' is named twice.",
            "Each feature column is one input of the model.",
            "Leave one of them out.");
      } else if (column >= 0 && column == label) {
        problems.add(
            Code.CONTRADICTION,
            where,
            "Column '" + request.features.get(i) + "' is both the label and a feature.",
            "A model that sees the answer learns nothing.",
            "Leave it out of the features.");
      }
    }
    if (problems.count() == before && features.isEmpty()) {
      problems.add(
          Code.EMPTY,
          "dataset.features",
          "There is no feature column.",
          "The only column of the file is the label.",
          "Submit a file with at least one more column, or check that commas separate the fields.");
    }
    requireUniqueNames(names, features, label, problems);
    Set<Integer> categorical = new HashSet<>();
    for (int i = 0; i < request.categorical.size(); i++) {
      String where = "dataset.categorical[" + i + "]";
      int column = lookup.find(request.categorical.get(i), where, "categorical feature", problems);
      if (column >= 0 && !features.contains(column)) {
        problems.add(
            Code.CONTRADICTION,
            where,
            "Column '" + request.categorical.get(i) + "' is not a feature.",
            "Only features are encoded.",
            "Leave it out of categorical, or list it in dataset.features.");
      }
      categorical.add(column);
    }
    return problems.count() > before
        ? null
        : new Columns(
            names,
            first.size(),
            List.copyOf(features),
            label,
            features.stream().map(categorical::contains).toList());
  }

  /** The same columns in a second file: by name where both files have names, else by position. */
  @Nullable Columns resolveLike(Request request, List<String> first, Problems problems) {
    if (!hasHeader() || !hasHeader(request, first)) {
      if (first.size() != width) {
        problems.add(
            Code.COLUMNS_MISMATCH,
            "hold-out file, line 1",
            "It has " + first.size() + " columns, but the data set has " + width + ".",
            "Without a header in both files, columns go by position.",
            "Give both files the same columns.");
        return null;
      }
      List<String> names = hasHeader(request, first) ? named(first) : List.of();
      return new Columns(names, width, features, label, categorical);
    }
    String sameLabel = label < 0 ? null : names.get(label);
    return resolve(
        new Request(true, sameLabel, featureNames(), List.of(), request.model), first, problems);
  }

  /**
   * Whether the first line holds names. Undeclared, it does where it holds a name that the job
   * uses, or where a field that would have to be a number is none.
   */
  private static boolean hasHeader(Request request, List<String> first) {
    if (request.header != null) {
      return request.header;
    }
    List<String> used = new ArrayList<>(request.features);
    if (request.label != null) {
      used.add(request.label);
    }
    if (used.stream().anyMatch(name -> position(name, first.size()) < 0 && first.contains(name))) {
      return true;
    }
    boolean[] numeric = new boolean[first.size()];
    Arrays.fill(numeric, request.features.isEmpty());
    request.features.stream()
        .mapToInt(name -> position(name, first.size()))
        .filter(column -> column >= 0)
        .forEach(column -> numeric[column] = true);
    if (request.label != null && position(request.label, first.size()) >= 0) {
      numeric[position(request.label, first.size())] = false;
    }
    request.categorical.stream()
        .mapToInt(name -> position(name, first.size()))
        .filter(column -> column >= 0)
        .forEach(column -> numeric[column] = false);
    exceptTheModelsCategories(request, numeric);
    return IntStream.range(0, first.size())
        .filter(column -> numeric[column])
        .mapToObj(first::get)
        .anyMatch(
            field ->
                !Numerals.isDecimal(field)
                    && !Numerals.isNotFinite(field)
                    && !Cells.isMissing(field)
                    && !Cells.isBoolean(field));
  }

  /** Where the job names no features, these are the model's columns, the label left out. */
  private static void exceptTheModelsCategories(Request request, boolean[] numeric) {
    int label = request.label == null ? -1 : position(request.label, numeric.length);
    int column = 0;
    for (FeatureColumn held : request.model) {
      column += column == label ? 1 : 0;
      int at = request.features.isEmpty() ? column : -1;
      if (held instanceof CategoryColumn && at >= 0 && at < numeric.length) {
        numeric[at] = false;
      }
      column++;
    }
    for (int i = 0; i < Math.min(request.model.size(), request.features.size()); i++) {
      int at = position(request.features.get(i), numeric.length);
      if (request.model.get(i) instanceof CategoryColumn && at >= 0) {
        numeric[at] = false;
      }
    }
  }

  private static List<String> named(List<String> first) {
    List<String> names = new ArrayList<>();
    for (String name : first) {
      names.add(name.isBlank() ? Integer.toString(names.size()) : name.strip());
    }
    return List.copyOf(names);
  }

  private static int position(String name, int width) {
    try {
      int column = Integer.parseInt(name.strip());
      return column < width ? column : -1;
    } catch (NumberFormatException aName) {
      return -1; // a name, not a position
    }
  }

  private static void requireUniqueNames(
      List<String> names, Set<Integer> features, int label, Problems problems) {
    Map<String, Integer> first = new HashMap<>();
    for (int column = 0; column < names.size(); column++) {
      Integer earlier = first.putIfAbsent(names.get(column), column);
      if (earlier != null
          && (column == label
              || earlier == label
              || features.contains(column)
              || features.contains(earlier))) {
        problems.add(
            Code.NAMED_TWICE,
            "line 1",
            "Columns "
                + earlier
                + " and "
                + column
                + " are both named '"
                + names.get(column)
                + "'.",
            "Models and messages name columns, so names that are used must differ.",
            "Rename one of them, or leave both out of dataset.features.");
      }
    }
  }

  /** Finds columns by name, else by position. */
  private static final class Lookup {
    private final List<String> names;
    private final int width;
    private final Map<String, Integer> byName = new HashMap<>();

    Lookup(List<String> names, int width) {
      this.names = names;
      this.width = width;
      for (int column = 0; column < names.size(); column++) {
        byName.putIfAbsent(names.get(column), column);
      }
    }

    /** The position of a column; negative, with a problem added, if there is none. */
    int find(String name, String where, String role, Problems problems) {
      int column = byName.getOrDefault(name.strip(), position(name, width));
      if (column < 0) {
        problems.add(
            Code.NO_SUCH_COLUMN,
            where,
            "There is no column '" + name + "' to be a " + role + ".",
            existing(),
            NearestName.hint(name, names)
                + "Name one of the file's columns, or its position from 0.");
      }
      return column;
    }

    private String existing() {
      if (names.isEmpty()) {
        return "The file has no header, so columns go by position, 0 to " + (width - 1) + ".";
      }
      String listed = String.join(", ", names.subList(0, Math.min(LISTED_MAX, names.size())));
      int rest = names.size() - LISTED_MAX;
      return "The file's columns are " + listed + (rest > 0 ? " and " + rest + " more." : ".");
    }
  }
}
