package dev.sluice.worker.tasks;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceEngine;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.ProgramSession;
import dev.sluice.worker.engine.TrainingEngine;
import dev.sluice.worker.export.OnnxModel;
import dev.sluice.worker.trial.NativeFile.Onnx;
import dev.sluice.worker.trial.Trials;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models that rows are put to; those used last stay loaded. A model with an ONNX file runs in the
 * inference engine, one without in the training engine. For one thread.
 *
 * <p>Anyone may store a file and name it in a model version. An ONNX file is opened in a process of
 * its own first, unless it is, byte for byte, what this worker itself writes for the network and
 * parameters of the version: then nobody else has had a hand in it, whoever stored it.
 */
public final class Models implements AutoCloseable {

  /** Format of a model's file for the inference engine. */
  public static final String ONNX = "onnx";

  /** Format of a model's parameters. */
  public static final String SAFETENSORS = "safetensors";

  /** Format of a network that the user wrote. */
  public static final String TORCHSCRIPT = "torchscript";

  /** Format of what was measured of single classes. */
  public static final String EVALUATION = "evaluation";

  private static final Logger LOG = LoggerFactory.getLogger(Models.class);

  private static final int MODELS_MAX = 8;

  private record Loaded(InferenceSession session, long bytes, Runnable closing) {}

  private final Files files;
  private final TrainingEngine training;
  private final InferenceEngine inference;
  private final Trials trials;
  private final RecentlyUsed<String, Loaded> recent;

  /**
   * @param files where model files are
   * @param training runs models without an ONNX file
   * @param inference runs models with one
   * @param trials tries files that others wrote
   * @param bytesMax most bytes of model files to keep loaded beside the one in use
   */
  public Models(
      Files files,
      TrainingEngine training,
      InferenceEngine inference,
      Trials trials,
      long bytesMax) {
    this.files = files;
    this.training = training;
    this.inference = inference;
    this.trials = trials;
    this.recent =
        new RecentlyUsed<>(MODELS_MAX, bytesMax, Loaded::bytes, loaded -> loaded.closing.run());
  }

  /**
   * A model, ready to answer; it stays this class's to close.
   *
   * @throws ArtifactMissing where one of its files is not stored
   * @throws EngineException where an engine refuses them
   * @throws TaskProblem where it has no file that an engine here can run
   */
  public InferenceSession load(ModelVersion model)
      throws ArtifactMissing, EngineException, TaskProblem {
    var kept = recent.get(model.sha256());
    if (kept.isPresent()) {
      return kept.get().session;
    }
    var onnx = model.file(ONNX);
    var loaded = onnx.isPresent() ? loadOnnx(model, onnx.get()) : loadProgram(model);
    recent.put(model.sha256(), loaded);
    return loaded.session;
  }

  private Loaded loadOnnx(ModelVersion model, ModelFile file)
      throws ArtifactMissing, EngineException {
    var bytes = files.get(file.artifact());
    if (!isOurs(model, bytes)) {
      trials.pass(new Onnx(bytes));
    }
    var session = inference.open(bytes);
    return new Loaded(session, file.bytes(), session::close);
  }

  /** Whether this worker would write the same file. */
  private boolean isOurs(ModelVersion model, byte[] onnx) {
    if (!(model.network().network() instanceof LayerStack) || model.file(SAFETENSORS).isEmpty()) {
      return false;
    }
    try (var flat = StoredParameters.read(files, model)) {
      // Its shapes are checked: a stack that nobody could train is nobody's work of ours.
      training.open(model.network(), null).close();
      var ours = OnnxModel.write(model.network(), flat.values(), model.name(), model.sha256());
      return Arrays.equals(ours, onnx);
    } catch (ArtifactMissing | EngineException | TaskProblem | RuntimeException e) {
      LOG.info(
          "Model {} version {} is not of this release's making: {}",
          model.name(),
          model.version(),
          e.getMessage());
      return false;
    }
  }

  private Loaded loadProgram(ModelVersion model)
      throws ArtifactMissing, EngineException, TaskProblem {
    var parameters =
        model.file(SAFETENSORS).orElseThrow(() -> missing(model, SAFETENSORS + " or " + ONNX));
    var script =
        switch (model.network().network()) {
          case LayerStack stack -> null;
          case TorchScript given -> files.get(given.artifact());
        };
    var flat = StoredParameters.read(files, model);
    var program = training.open(model.network(), script);
    var session = new ProgramSession(program, flat.values(), model.network());
    return new Loaded(
        session,
        parameters.bytes(),
        () -> {
          session.close();
          program.close();
          flat.close();
        });
  }

  /** That a model has no file of a format that is needed. */
  static TaskProblem missing(ModelVersion model, String format) {
    return new TaskProblem(
        new Cause(
            Code.MODEL_UNUSABLE,
            "model",
            "Model " + model.name() + " version " + model.version() + " cannot be loaded.",
            "It has no file of format " + format + ".",
            "Train or register the model again."),
        false);
  }

  @Override
  public void close() {
    recent.clear();
  }
}
