package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceEngine;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.ProgramSession;
import dev.sluice.worker.engine.TrainingEngine;
import dev.sluice.worker.engine.TrainingProgram;
import dev.sluice.worker.export.OnnxModel;
import dev.sluice.worker.export.Parity;
import dev.sluice.worker.export.Safetensors;
import dev.sluice.worker.export.TorchScriptModel;
import dev.sluice.worker.work.ExportWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;

/**
 * Makes a model of final parameters: measures them on the held-out rows, writes them as safetensors
 * and as ONNX, or as TorchScript where that is what the network came as, reads that file back and
 * compares it with the network that was trained, and stores the files.
 */
public final class ExportTask {

  private static final int ROWS_COMPARED = 256;

  private final Datasets datasets;
  private final Files files;
  private final TrainingEngine training;
  private final InferenceEngine inference;
  private final String engine;

  /**
   * @param datasets reads the held-out rows
   * @param files takes the files
   * @param training measures the parameters
   * @param inference reads the ONNX file back
   * @param engine engine fingerprint of this worker
   */
  public ExportTask(
      Datasets datasets,
      Files files,
      TrainingEngine training,
      InferenceEngine inference,
      String engine) {
    this.datasets = datasets;
    this.files = files;
    this.training = training;
    this.inference = inference;
    this.engine = engine;
  }

  /**
   * Exports.
   *
   * @param jobId job that trained the parameters
   * @param flat their flat vector: binary32 in native order
   * @throws TaskProblem where the ONNX or TorchScript file does not compute what was trained, or a
   *     file is larger than can be stored
   * @throws ArtifactMissing where a file is not stored
   * @throws EngineException where an engine fails on the model
   */
  public Exported run(String jobId, ExportWork work, MemorySegment flat)
      throws TaskProblem, ArtifactMissing, EngineException {
    var facts = work.prepared().network();
    var dataset = datasets.forTraining(work.spec().dataset());
    var script =
        switch (facts.network()) {
          case LayerStack stack -> null;
          case TorchScript given -> files.get(given.artifact());
        };
    var values = flat.asSlice(0, facts.floats() * Float.BYTES);
    var sha256 = sha256(values);
    var name = work.spec().register() == null ? jobId : work.spec().register();
    try (var program = training.open(facts, script)) {
      var metrics = new ArrayList<Metric>();
      var evaluation = new Evaluation(facts);
      metrics.addAll(evaluation.measure(program, values, dataset.holdout()));
      var made = new ArrayList<ModelFile>();
      made.add(
          ModelFiles.store(files, Models.SAFETENSORS, safetensors(facts, values, jobId, sha256)));
      if (script != null) {
        var text = TorchScriptModel.description(facts, name, sha256);
        var trained = training.withValues(facts, script, values, text);
        metrics.add(compareScript(facts, program, values, trained, dataset));
        made.add(ModelFiles.store(files, Models.TORCHSCRIPT, trained));
      } else {
        var onnx = OnnxModel.write(facts, values, name, sha256);
        metrics.add(compare(facts, program, values, onnx, dataset));
        made.add(ModelFiles.store(files, Models.ONNX, onnx));
      }
      var ofClasses = evaluation.file();
      if (ofClasses.isPresent()) {
        made.add(ModelFiles.store(files, Models.EVALUATION, ofClasses.get()));
      }
      return new Exported(
          new ModelVersion(
              name,
              0,
              jobId,
              sha256,
              facts,
              made,
              metrics,
              work.prepared().dataset().artifact(),
              work.spec().dataset().splitSeed(),
              engine,
              0,
              "fp32",
              ""));
    }
  }

  private static String sha256(MemorySegment values) {
    var digest = Digests.sha256();
    // Values travel little-endian, and every platform that the engines run on stores them so.
    digest.update(values.asByteBuffer());
    return Digests.text(digest);
  }

  private static byte[] safetensors(
      NetworkFacts facts, MemorySegment values, String jobId, String sha256) {
    return Safetensors.write(
        facts.tensors(), values, Map.of("format", "pt", "job", jobId, "sha256", sha256));
  }

  private Metric compare(
      NetworkFacts facts,
      TrainingProgram program,
      MemorySegment values,
      byte[] onnx,
      Dataset dataset)
      throws EngineException, TaskProblem {
    try (var exported = inference.open(onnx)) {
      return new Metric(
          "onnxMaxDifference", difference("ONNX", facts, program, values, exported, dataset));
    }
  }

  /** The file is opened as one that others wrote, and computes with the values that it holds. */
  private Metric compareScript(
      NetworkFacts facts,
      TrainingProgram program,
      MemorySegment values,
      byte[] script,
      Dataset dataset)
      throws EngineException, TaskProblem {
    try (var arena = Arena.ofConfined();
        var written = training.open(facts, script)) {
      var held =
          arena.allocate(
              Math.max(1, facts.floats()) * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES);
      written.initialise(0, held);
      try (var exported = new ProgramSession(written, held, facts)) {
        return new Metric(
            "torchscriptMaxDifference",
            difference("TorchScript", facts, program, values, exported, dataset));
      }
    }
  }

  private static double difference(
      String format,
      NetworkFacts facts,
      TrainingProgram program,
      MemorySegment values,
      InferenceSession exported,
      Dataset dataset)
      throws EngineException, TaskProblem {
    var rows = dataset.holdout().size() > 0 ? dataset.holdout() : dataset.training();
    int n = Math.min(ROWS_COMPARED, rows.size());
    try (var trained = new ProgramSession(program, values, facts);
        var batch = Batch.of(facts)) {
      batch.takeRaw(rows, 0, n);
      var parity = Parity.measure(trained, exported, batch.features(), n);
      // At the edge of the range, sums in another order may lie beyond it: no defect of the file.
      boolean atTheEdge = parity.rows() < n || !Double.isFinite(parity.maxDifference());
      if (parity.rows() == 0 || (atTheEdge && !parity.holds())) {
        throw new TaskProblem(diverged(parity, n), false);
      }
      if (!parity.holds()) {
        throw new TaskProblem(differs(format, parity), false);
      }
      return parity.maxDifference();
    }
  }

  private static Cause diverged(Parity parity, int rows) {
    return new Cause(
        Code.DIVERGED,
        "model",
        String.format(
            Locale.ROOT,
            "The trained network gives finite values on %d of %d rows.",
            parity.rows(),
            rows),
        "The training has diverged: what the network computes lies beyond 3.4e38, the range of"
            + " 32-bit floating-point numbers, or at its edge.",
        "Lower the learning rate, or scale the features, and in a regression the label.");
  }

  private static Cause differs(String format, Parity parity) {
    return new Cause(
        Code.EXPORT_DIFFERS,
        "model",
        "The " + format + " file does not compute what was trained.",
        String.format(
            Locale.ROOT,
            "On %d rows the values differ by up to %.3g; %.0e is allowed.",
            parity.rows(),
            parity.maxDifference(),
            Parity.TOLERANCE),
        "Report the defect with the job's network.");
  }
}
