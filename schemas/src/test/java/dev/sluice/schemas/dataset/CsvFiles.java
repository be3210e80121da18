package dev.sluice.schemas.dataset;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.LayerStack;
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
    return new Spec(
        null, "y", List.of(), Target.CLASSIFICATION, 0, false, 7, Rows.ALL, Scaling.NONE);
  }

  /** A specification whose parts change one at a time. */
  record Spec(
      @Nullable Boolean header,
      @Nullable String label,
      List<String> features,
      Target target,
      double holdout,
      boolean secondFile,
      long splitSeed,
      Rows rows,
      Scaling scaling) {
    Spec header(@Nullable Boolean h) {
      return new Spec(h, label, features, target, holdout, secondFile, splitSeed, rows, scaling);
    }

    Spec label(@Nullable String l) {
      return new Spec(header, l, features, target, holdout, secondFile, splitSeed, rows, scaling);
    }

    Spec features(String... f) {
      return new Spec(
          header, label, List.of(f), target, holdout, secondFile, splitSeed, rows, scaling);
    }

    Spec regression() {
      return new Spec(
          header,
          label,
          features,
          Target.REGRESSION,
          holdout,
          secondFile,
          splitSeed,
          rows,
          scaling);
    }

    Spec holdout(double share) {
      return new Spec(header, label, features, target, share, false, splitSeed, rows, scaling);
    }

    Spec holdoutFile() {
      return new Spec(header, label, features, target, 0, true, splitSeed, rows, scaling);
    }

    Spec splitSeed(long seed) {
      return new Spec(header, label, features, target, holdout, secondFile, seed, rows, scaling);
    }

    Spec rows(Rows which) {
      return new Spec(
          header, label, features, target, holdout, secondFile, splitSeed, which, scaling);
    }

    Spec scaling(Scaling s) {
      return new Spec(header, label, features, target, holdout, secondFile, splitSeed, rows, s);
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
          scaling);
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
