package dev.sluice.worker.tasks;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.jobs.metrics.Metrics;
import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceEngine;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.export.Int8Model;
import dev.sluice.worker.export.OnnxModel;
import dev.sluice.worker.export.Parity;
import dev.sluice.worker.export.ValueRanges;
import dev.sluice.worker.work.QuantiseWork;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Makes a version of a model that multiplies in 8-bit integers: finds the ranges of values on
 * training rows, writes the file, and measures both versions on the held-out rows, or on the
 * training rows where none are held out.
 *
 * <p>The new version's digest is that of its ONNX file, because the flat vector it is made of is
 * its parent's; the file's metadata names that one.
 */
public final class QuantiseTask {

  private static final String INT8 = NumberFormat.INT8.label();
  private static final String FP32 = NumberFormat.FP32.label();
  private static final int ROWS_AT_ONCE = 256;

  private final Datasets datasets;
  private final Files files;
  private final InferenceEngine inference;
  private final String engine;

  /**
   * @param datasets reads rows
   * @param files has the model's files and takes the new one
   * @param inference runs both versions
   * @param engine engine fingerprint of this worker
   */
  public QuantiseTask(Datasets datasets, Files files, InferenceEngine inference, String engine) {
    this.datasets = datasets;
    this.files = files;
    this.inference = inference;
    this.engine = engine;
  }

  /**
   * Quantises.
   *
   * @param jobId job that asks for it
   * @throws TaskProblem where the model or the rows are not fit for it
   * @throws ArtifactMissing where a file is not stored
   * @throws EngineException where the engine fails on the model
   */
  public Exported run(String jobId, QuantiseWork work)
      throws TaskProblem, ArtifactMissing, EngineException {
    var model = work.model();
    requireQuantisable(work);
    var dataset = datasets.forInference(work.spec().dataset(), model.network());
    requireRows(model, dataset);
    var name = work.spec().register() == null ? model.name() : work.spec().register();
    try (var parameters = StoredParameters.read(files, model)) {
      requireFinite(model, parameters.values());
      var int8 = new Int8Model(model.network(), parameters.values());
      if (int8.ranges() == 0) {
        throw badInput(
            Code.NOT_QUANTISABLE,
            "model",
            named(model) + " has nothing to quantise.",
            "No layer of its network is dense or a convolution.",
            "Use it as it is.");
      }
      var rows = spread(dataset.training(), work.spec().rows());
      var ranges = new ValueRanges(int8.ranges());
      int seen = observe(model, int8, ranges, dataset.training(), rows);
      var floats =
          OnnxModel.write(model.network(), parameters.values(), model.name(), model.sha256());
      var file = int8.write(ranges, name, model.sha256(), version(model));
      var metrics = new ArrayList<>(compare(model, floats, file, measured(dataset)));
      metrics.add(new Metric("calibrationRows", seen));
      var stored = ModelFiles.store(files, Models.ONNX, file);
      return new Exported(
          new ModelVersion(
              name,
              0,
              jobId,
              Digests.sha256(file),
              model.network(),
              List.of(stored),
              metrics,
              work.spec().dataset().artifact(),
              work.spec().dataset().splitSeed(),
              engine,
              0,
              INT8,
              version(model)));
    }
  }

  // ---- what cannot be quantised

  private static void requireQuantisable(QuantiseWork work) throws TaskProblem {
    var model = work.model();
    if (!work.spec().format().equals(INT8)) {
      throw badInput(
          Code.UNKNOWN_CHOICE,
          "format",
          "A model cannot be quantised to '" + work.spec().format() + "'.",
          "Models are quantised to int8 only.",
          "Ask for int8.");
    }
    if (!model.format().equals(FP32)) {
      throw badInput(
          Code.NOT_QUANTISABLE,
          "model",
          named(model) + " cannot be quantised.",
          "It computes in " + model.format() + "; quantising starts from fp32.",
          model.parent().isEmpty()
              ? "Name a version that was trained."
              : "Name " + model.parent() + ", which it is made of.");
    }
    if (!(model.network().network() instanceof LayerStack)) {
      throw badInput(
          Code.NOT_QUANTISABLE,
          "model",
          named(model) + " cannot be quantised.",
          "It is a TorchScript network, and only layer stacks are written as int8 ONNX.",
          "Describe the network as layers and train it again.");
    }
    if (work.spec().rows() < 1) {
      throw badInput(
          Code.OUT_OF_RANGE,
          "rows",
          "Ranges of values cannot be taken from " + work.spec().rows() + " rows.",
          "At least one row has to be seen.",
          "Give a positive number; some hundred are enough.");
    }
  }

  private static void requireRows(ModelVersion model, Dataset dataset) throws TaskProblem {
    long columns =
        model.network().input().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    if (columns != dataset.features()) {
      throw badInput(
          Code.COLUMNS_MISMATCH,
          "dataset.features",
          "The data set has " + dataset.features() + " feature columns.",
          named(model) + " takes " + columns + ".",
          "Name the model's feature columns in dataset.features, in its order.");
    }
    if (dataset.training().size() == 0) {
      throw badInput(
          Code.NO_ROWS,
          "dataset",
          "No training row is left to take ranges of values from.",
          "The file has " + dataset.holdout().size() + " rows, and all are held out.",
          "Lower dataset.holdout, or use a file with more rows.");
    }
  }

  private static void requireFinite(ModelVersion model, MemorySegment flat) throws TaskProblem {
    for (long i = 0; i < model.network().floats(); i++) {
      if (!Float.isFinite(flat.getAtIndex(ValueLayout.JAVA_FLOAT, i))) {
        throw notFinite(model, "Parameter " + i + " is not a finite number.");
      }
    }
  }

  private static TaskProblem notFinite(ModelVersion model, String why) {
    return badInput(
        Code.NOT_QUANTISABLE,
        "model",
        named(model) + " cannot be quantised.",
        why,
        "Train it again with a lower learning rate, or with features that are scaled.");
  }

  private static TaskProblem badInput(
      Code code, String where, String what, String why, String mend) {
    return TaskProblem.badInput(List.of(new Cause(code, where, what, why, mend)));
  }

  private static String named(ModelVersion model) {
    return "Model " + model.name() + " version " + model.version();
  }

  private static String version(ModelVersion model) {
    return model.name() + "@" + model.version();
  }

  // ---- ranges

  /**
   * At most so many rows, evenly spread: files are often sorted by class. Those that hold a number
   * out of range are left out.
   */
  private static int[] spread(RowSet from, int most) {
    int n = Math.min(most, from.size());
    return IntStream.range(0, n)
        .map(i -> Math.toIntExact((long) i * from.size() / n))
        .filter(from::usable)
        .toArray();
  }

  /** Shows rows to a network; returns of how many all values inside it are finite. */
  private int observe(
      ModelVersion model, Int8Model int8, ValueRanges ranges, RowSet from, int[] rows)
      throws EngineException, TaskProblem {
    int seen = 0;
    try (var observer = inference.open(int8.observer());
        var batch = new Batch(observer.inputs(), observer.outputs(), model.network().objective())) {
      for (int at = 0; at < rows.length; at += ROWS_AT_ONCE) {
        int[] some = Arrays.copyOfRange(rows, at, Math.min(rows.length, at + ROWS_AT_ONCE));
        batch.takeRaw(from, some);
        observer.predict(batch.features(), some.length, batch.scores());
        seen += ranges.take(batch.scores(), some.length);
      }
    }
    if (seen == 0) {
      throw notFinite(
          model,
          "Of the training rows that were looked at, there is none on which every value inside it"
              + " is finite.");
    }
    return seen;
  }

  // ---- what it costs

  private static RowSet measured(Dataset dataset) {
    return dataset.holdout().size() > 0 ? dataset.holdout() : dataset.training();
  }

  /** The new version's metrics, each with the parent's on the same rows and the change. */
  private List<Metric> compare(ModelVersion model, byte[] floats, byte[] int8, RowSet rows)
      throws EngineException, TaskProblem {
    try (var before = inference.open(floats);
        var after = inference.open(int8)) {
      var was = new Evaluation(model.network()).measure(before, rows);
      var is = new Evaluation(model.network()).measure(after, rows);
      var metrics = new ArrayList<>(is);
      for (var parent : was) {
        var name = parent.name();
        if (!Metrics.COUNTS.contains(name)) {
          metrics.add(new Metric(FP32 + capitalised(name), parent.value()));
          is.stream()
              .filter(metric -> metric.name().equals(name))
              .map(metric -> new Metric(name + "Change", metric.value() - parent.value()))
              .forEach(metrics::add);
        }
      }
      metrics.add(new Metric("onnxMaxDifference", difference(model, before, after, rows)));
      return metrics;
    }
  }

  private static double difference(
      ModelVersion model, InferenceSession before, InferenceSession after, RowSet rows)
      throws EngineException, TaskProblem {
    double max = 0;
    int compared = 0;
    try (var batch = Batch.of(model.network())) {
      for (int at = 0; at < rows.size(); at += ROWS_AT_ONCE) {
        int n = Math.min(ROWS_AT_ONCE, rows.size() - at);
        batch.takeRaw(rows, at, n);
        var parity = Parity.measure(before, after, batch.features(), n);
        max = Math.max(max, parity.maxDifference());
        compared += parity.rows();
      }
    }
    if (compared == 0 || !Double.isFinite(max)) {
      throw notFinite(
          model, "Of " + rows.size() + " rows, its predictions are finite on " + compared + ".");
    }
    return max;
  }

  private static String capitalised(String name) {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }
}
