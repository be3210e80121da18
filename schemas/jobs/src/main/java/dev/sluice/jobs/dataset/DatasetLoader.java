package dev.sluice.jobs.dataset;

import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.NumberColumn;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Target;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes a data set of one or two files: read, split, name the classes, scale. */
final class DatasetLoader {
  private final DatasetSpec spec;
  private final Dataset.@Nullable Known known;
  private final Target target;
  private final Problems problems = new Problems();

  /**
   * For one job.
   *
   * @param known what the model fixes; null in training
   */
  DatasetLoader(DatasetSpec spec, Dataset.@Nullable Known known) {
    this.spec = spec;
    this.known = known;
    this.target =
        known == null
            ? spec.target()
            : known.classes().isEmpty() ? Target.REGRESSION : Target.CLASSIFICATION;
  }

  DatasetResult load(byte[] file, byte @Nullable [] holdoutFile) {
    if ((spec.holdoutArtifact() == null) != (holdoutFile == null)) {
      throw new IllegalArgumentException(
          "A hold-out file is given exactly where the specification names one.");
    }
    Dataset dataset = assemble(file, holdoutFile);
    return dataset == null || problems.any()
        ? new DatasetResult.Invalid(problems.list())
        : new DatasetResult.Loaded(dataset);
  }

  private @Nullable Dataset assemble(byte[] file, byte @Nullable [] holdoutFile) {
    if (known == null && spec.label() == null) {
      problems.add(
          Code.MISSING_FIELD,
          "dataset.label",
          "No label column is named.",
          "Training compares the model's answer with the label of every row.",
          "Name the column that holds the answer, or give its position from 0.");
      return null;
    }
    Columns.Request request =
        new Columns.Request(
            spec.header(),
            spec.label(),
            featuresWanted(file),
            known == null ? spec.categorical() : List.of(),
            known == null ? List.of() : known.columns());
    TableReader.Manner manner =
        new TableReader.Manner(spec.csv(), request, target, known == null, spec.missing());
    Table first = TableReader.read(file, manner, null, problems);
    Table second =
        holdoutFile == null || first == null
            ? null
            : TableReader.read(holdoutFile, manner, first, problems);
    if (first == null || (holdoutFile != null && second == null)) {
      return null;
    }
    return build(first, second);
  }

  /**
   * The job's own choice; else the model's columns if the file has them all by name; else every
   * column.
   */
  private List<String> featuresWanted(byte[] file) {
    if (!spec.features().isEmpty() || known == null || known.features().isEmpty()) {
      return spec.features();
    }
    boolean[] named = new boolean[1];
    try {
      CsvSource.read(
          file,
          spec.csv(),
          line -> {
            List<String> names = line.fields().stream().map(String::strip).toList();
            named[0] =
                !Boolean.FALSE.equals(spec.header())
                    && known.features().stream().anyMatch(names::contains);
            return false;
          });
    } catch (CsvSource.Unreadable unreadable) {
      return List.of(); // the reading that follows meets the same problem and reports it
    }
    return named[0] ? known.features() : List.of();
  }

  private @Nullable Dataset build(Table first, @Nullable Table second) {
    Split split = split(first, second);
    requireRows(first, split);
    if (known != null) {
      requireFit(first, known);
    }
    if (problems.any()) {
      return null;
    }
    List<String> classes = classes(first, second, split);
    List<FeatureColumn> columns = columns(first, second, split);
    if (problems.any()) {
      return null;
    }
    Encoding.Encoded encoded = Encoding.encode(first, columns);
    Affine featureScale =
        known != null
            ? known.featureScale()
            : Scale.of(spec.featureScaling(), split.training, columns, encoded.inputs());
    Affine targetScale = targetScale(first, split);
    Preparation preparation =
        new Preparation(classes, columns, featureScale, targetScale, known == null, problems);
    RowSet.Prepared rows = preparation.prepare(first, encoded, "");
    RowSet.Prepared holdoutRows =
        second == null
            ? rows
            : preparation.prepare(second, Encoding.encode(second, columns), "hold-out file, ");
    long dropped = known != null ? 0 : dropped(first) + (second == null ? 0 : dropped(second));
    return new Dataset(
        first.columns().featureNames(),
        Encoding.isPlain(columns) ? List.of() : columns,
        classes,
        featureScale,
        targetScale,
        spec.rows(),
        dropped,
        new RowSet(rows, range(first.rows())),
        new RowSet(rows, split.training),
        new RowSet(holdoutRows, split.holdout));
  }

  private List<FeatureColumn> columns(Table first, @Nullable Table second, Split split) {
    List<FeatureColumn> columns =
        known == null
            ? Encoding.fit(first, split.training, spec.missing(), problems)
            : known.columns().isEmpty()
                ? Collections.nCopies(first.features(), new NumberColumn(null))
                : known.columns();
    int inputs = Encoding.inputs(columns);
    requireRoom(first, inputs, "The file");
    if (second != null) {
      requireRoom(second, inputs, "The hold-out file");
    }
    return columns;
  }

  private void requireRoom(Table table, int inputs, String file) {
    if ((long) table.rows() * inputs > DatasetLimits.VALUES_MAX) {
      problems.add(
          Code.TOO_LARGE,
          "dataset.categorical",
          file + " becomes " + table.rows() + " rows of " + inputs + " inputs.",
          "Every data set is held in memory: at most " + DatasetLimits.VALUES_MAX + " inputs.",
          "Take fewer rows, or leave out columns with many categories.");
    }
  }

  /**
   * Positions of training rows in the first file, and of held-out rows in the file that holds them;
   * ascending.
   */
  @SuppressWarnings("ArrayRecordComponent") // internal, never changed
  private record Split(int[] training, int[] holdout) {}

  private Split split(Table first, @Nullable Table second) {
    if (second != null) {
      return new Split(kept(first, range(first.rows())), kept(second, range(second.rows())));
    }
    BitSet held = spec.stratified() ? heldOfEachClass(first) : held(first);
    int[] rows = range(first.rows());
    return new Split(
        kept(first, IntStream.of(rows).filter(row -> !held.get(row)).toArray()),
        kept(first, IntStream.of(rows).filter(held::get).toArray()));
  }

  /** The first round(rows x holdout) in random order. */
  private BitSet held(Table first) {
    int count = (int) Math.round(first.rows() * spec.holdout());
    BitSet held = new BitSet();
    if (count == 0) {
      return held;
    }
    IntStream.of(Sampling.splitOrder(spec.splitSeed(), first.rows()))
        .limit(count)
        .forEach(held::set);
    return held;
  }

  /** Of each class the first round(rows x holdout) in the same order; rows without a label too. */
  private BitSet heldOfEachClass(Table first) {
    BitSet held = new BitSet();
    if (!(first.labels() instanceof Table.Labels.Names names)) {
      problems.add(
          Code.CONTRADICTION,
          "dataset.stratified",
          "The split is to be stratified, but the labels are no classes.",
          "A stratified split holds out the same share of the rows of each class.",
          "Leave stratified out.");
      return held;
    }
    Map<String, Integer> groups = new HashMap<>();
    int[] groupOfCode =
        names.texts().stream()
            .mapToInt(text -> groups.computeIfAbsent(Classes.key(text), _ -> groups.size() + 1))
            .toArray();
    int[] group =
        Arrays.stream(names.codes()).map(code -> code < 0 ? 0 : groupOfCode[code]).toArray();
    long[] left = new long[groups.size() + 1];
    Arrays.stream(group).forEach(one -> left[one]++);
    Arrays.setAll(left, one -> Math.round(left[one] * spec.holdout()));
    for (int row : Sampling.splitOrder(spec.splitSeed(), first.rows())) {
      if (left[group[row]]-- > 0) {
        held.set(row);
      }
    }
    return held;
  }

  /** The rows but, in training, those that are dropped because something is missing in them. */
  private int[] kept(Table table, int[] rows) {
    return known != null || spec.missing() != Missing.DROP
        ? rows
        : IntStream.of(rows).filter(row -> !table.withoutValue().get(row)).toArray();
  }

  private long dropped(Table table) {
    return spec.missing() == Missing.DROP ? table.withoutValue().cardinality() : 0;
  }

  private static int[] range(int n) {
    return IntStream.range(0, n).toArray();
  }

  private void requireRows(Table first, Split split) {
    boolean trains = known == null;
    String holding = "Holding out " + spec.holdout() + " of " + first.rows() + " rows";
    if (trains && dropped(first) > 0) {
      holding += ", of which " + dropped(first) + " lack a value and are dropped,";
    }
    if (split.training.length == 0 && (trains || spec.rows() == Rows.TRAINING)) {
      problems.add(
          Code.NO_ROWS,
          "dataset.holdout",
          "No row is left for training.",
          holding + " takes them all.",
          "Hold out less, or submit more rows.");
    }
    if (split.holdout.length == 0 && trains && spec.holdout() > 0) {
      problems.add(
          Code.NO_ROWS,
          "dataset.holdout",
          "No row is held out.",
          holding + " leaves none.",
          "Hold out more, or submit more rows; 0 if the model is not to be measured.");
    }
    if (split.holdout.length == 0 && !trains && spec.rows() == Rows.HOLDOUT) {
      problems.add(
          Code.NO_ROWS,
          "dataset.holdout",
          "The job answers the held-out rows, but there are none.",
          holding + " leaves none.",
          "Give holdout and splitSeed as in the training job, or set rows: all.");
    }
  }

  private List<String> classes(Table first, @Nullable Table second, Split split) {
    if (known != null) {
      return known.classes();
    }
    return switch (first.labels()) {
      case Table.Labels.Names names -> {
        List<String> classes = Classes.of(names, split.training);
        requireClasses(classes, second == null ? first : second, split.holdout);
        yield classes;
      }
      case Table.Labels.Numbers numbers -> List.of();
      case Table.Labels.None none -> List.of();
    };
  }

  private void requireClasses(List<String> classes, Table heldOut, int[] holdout) {
    if (classes.size() == 1) {
      problems.add(
          Code.ONE_CLASS,
          "dataset.label",
          "Every training row has the label '" + CellProblem.shortened(classes.getFirst()) + "'.",
          "With one class there is nothing to tell apart.",
          "Submit rows of at least two classes, or choose another label column.");
    }
    if (heldOut.labels() instanceof Table.Labels.Names names) {
      Classes known = new Classes(classes);
      for (String unseen : Classes.of(names, holdout)) {
        if (known.id(unseen) == RowSet.UNKNOWN) {
          problems.add(
              Code.UNSEEN_CLASS,
              "dataset.label",
              "Class '" + CellProblem.shortened(unseen) + "' occurs only in held-out rows.",
              "A model cannot learn a class that it never sees in training.",
              NearestName.hint(unseen, classes)
                  + "Add training rows of it, hold out less, or take another splitSeed.");
        }
      }
    }
  }

  private void requireFit(Table first, Dataset.Known model) {
    int modelFeatures =
        model.columns().isEmpty() ? model.featureScale().shift().size() : model.columns().size();
    if (first.features() == modelFeatures) {
      return;
    }
    problems.add(
        Code.COLUMNS_MISMATCH,
        "dataset.features",
        "The file gives "
            + first.features()
            + " feature columns, but the model takes "
            + modelFeatures
            + ".",
        spec.label() == null
            ? "Every column counts as a feature where no label is named."
            : "Every column but the label counts as a feature where none are named.",
        "List the model's feature columns in dataset.features, and the label, if there is one, in"
            + " dataset.label.");
  }

  private Affine targetScale(Table first, Split split) {
    if (target == Target.CLASSIFICATION) {
      return Scale.identity(0);
    }
    if (known != null) {
      return known.targetScale();
    }
    return first.labels() instanceof Table.Labels.Numbers numbers
        ? Scale.of(spec.targetScaling(), split.training, numbers.values())
        : Scale.identity(1);
  }
}
