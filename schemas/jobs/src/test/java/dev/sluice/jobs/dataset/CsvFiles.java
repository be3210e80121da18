package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Files, specifications and models for tests of data sets. */
final class CsvFiles {
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  private CsvFiles() {}

  static byte[] csv(String... lines) {
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  static Dataset loaded(DatasetResult result) {
    return switch (result) {
      case DatasetResult.Loaded(Dataset dataset) -> dataset;
      case DatasetResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  static List<Cause> problems(DatasetResult result) {
    return switch (result) {
      case DatasetResult.Loaded(Dataset dataset) -> throw new AssertionError("no problem found");
      case DatasetResult.Invalid(List<Cause> problems) -> problems;
    };
  }

  static Cause onlyProblem(DatasetResult result) {
    List<Cause> problems = problems(result);
    if (problems.size() != 1) {
      throw new AssertionError("not one problem: " + problems);
    }
    return problems.getFirst();
  }

  static float[] features(RowSet rows, int row, int features) {
    float[] values = new float[features];
    rows.copyFeatures(row, values, 0);
    return values;
  }

  static float[] rawFeatures(RowSet rows, int row, int features) {
    float[] values = new float[features];
    rows.copyRawFeatures(row, values, 0);
    return values;
  }

  static long[] fileRows(RowSet rows) {
    long[] positions = new long[rows.size()];
    for (int row = 0; row < positions.length; row++) {
      positions[row] = rows.fileRow(row);
    }
    return positions;
  }

  /** A model that was trained on columns of these names. */
  static NetworkFacts model(
      List<String> features, List<String> classes, Affine featureScale, Affine targetScale) {
    return new NetworkFacts(
        new LayerStack(List.of(), List.of()),
        List.of(featureScale.shift().size()),
        Math.max(1, classes.size()),
        classes.isEmpty() ? Objective.MEAN_SQUARED_ERROR : Objective.CROSS_ENTROPY,
        classes,
        features,
        featureScale,
        targetScale,
        List.of(),
        0,
        0);
  }

  static Spec spec() {
    return new Spec();
  }

  /** A specification whose parts change one at a time. Each change gives another one. */
  static final class Spec {
    private @Nullable Boolean header;
    private @Nullable String label = "y";
    private List<String> features = List.of();
    private Target target = Target.CLASSIFICATION;
    private double holdout;
    private boolean secondFile;
    private long splitSeed = 7;
    private Rows rows = Rows.ALL;
    private Scaling scaling = Scaling.NONE;
    private CsvOptions csv = CsvOptions.PLAIN;
    private Missing missing = Missing.REFUSE;
    private List<String> categorical = List.of();
    private boolean stratified;

    private Spec with(Consumer<Spec> change) {
      Spec copy = new Spec();
      copy.header = header;
      copy.label = label;
      copy.features = features;
      copy.target = target;
      copy.holdout = holdout;
      copy.secondFile = secondFile;
      copy.splitSeed = splitSeed;
      copy.rows = rows;
      copy.scaling = scaling;
      copy.csv = csv;
      copy.missing = missing;
      copy.categorical = categorical;
      copy.stratified = stratified;
      change.accept(copy);
      return copy;
    }

    Spec header(@Nullable Boolean h) {
      return with(spec -> spec.header = h);
    }

    Spec label(@Nullable String l) {
      return with(spec -> spec.label = l);
    }

    Spec features(String... f) {
      return with(spec -> spec.features = List.of(f));
    }

    Spec regression() {
      return with(spec -> spec.target = Target.REGRESSION);
    }

    Spec holdout(double share) {
      return with(
          spec -> {
            spec.holdout = share;
            spec.secondFile = false;
          });
    }

    Spec holdoutFile() {
      return with(
          spec -> {
            spec.holdout = 0;
            spec.secondFile = true;
          });
    }

    Spec splitSeed(long seed) {
      return with(spec -> spec.splitSeed = seed);
    }

    Spec rows(Rows which) {
      return with(spec -> spec.rows = which);
    }

    Spec scaling(Scaling s) {
      return with(spec -> spec.scaling = s);
    }

    Spec csv(CsvOptions options) {
      return with(spec -> spec.csv = options);
    }

    Spec missing(Missing rule) {
      return with(spec -> spec.missing = rule);
    }

    Spec categorical(String... columns) {
      return with(spec -> spec.categorical = List.of(columns));
    }

    Spec stratified() {
      return with(spec -> spec.stratified = true);
    }

    DatasetSpec wire() {
      return new DatasetSpec(
          DIGEST,
          header,
          label,
          features,
          target,
          holdout,
          secondFile ? DIGEST : null,
          splitSeed,
          rows,
          scaling,
          scaling,
          csv,
          missing,
          categorical,
          stratified);
    }

    DatasetResult train(byte[] file) {
      return Dataset.forTraining(wire(), file, null);
    }

    DatasetResult train(byte[] file, byte[] holdoutFile) {
      return Dataset.forTraining(wire(), file, holdoutFile);
    }

    DatasetResult infer(byte[] file, NetworkFacts model) {
      return Dataset.forInference(wire(), file, null, model);
    }
  }
}
