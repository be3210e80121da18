package dev.sluice.worker.tasks;

import dev.sluice.schemas.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceEngine;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.ProgramSession;
import dev.sluice.worker.engine.TrainingEngine;

/**
 * Models that rows are put to; those used last stay loaded. A model with an ONNX file runs in the
 * inference engine, one without in the training engine. For one thread.
 */
public final class Models implements AutoCloseable {

  /** Format of a model's file for the inference engine. */
  public static final String ONNX = "onnx";

  /** Format of a model's parameters. */
  public static final String SAFETENSORS = "safetensors";

  /** Format of a network that the user wrote. */
  public static final String TORCHSCRIPT = "torchscript";

  private static final int MODELS_MAX = 8;

  private record Loaded(InferenceSession session, long bytes, Runnable closing) {}

  private final Files files;
  private final TrainingEngine training;
  private final InferenceEngine inference;
  private final RecentlyUsed<String, Loaded> recent;

  /**
   * @param files where model files are
   * @param training runs models without an ONNX file
   * @param inference runs models with one
   * @param bytesMax most bytes of model files to keep loaded beside the one in use
   */
  public Models(Files files, TrainingEngine training, InferenceEngine inference, long bytesMax) {
    this.files = files;
    this.training = training;
    this.inference = inference;
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
  InferenceSession load(ModelVersion model) throws ArtifactMissing, EngineException, TaskProblem {
    var kept = recent.get(model.sha256());
    if (kept.isPresent()) {
      return kept.get().session;
    }
    var onnx = model.file(ONNX);
    var loaded = onnx.isPresent() ? loadOnnx(onnx.get()) : loadProgram(model);
    recent.put(model.sha256(), loaded);
    return loaded.session;
  }

  private Loaded loadOnnx(ModelFile file) throws ArtifactMissing, EngineException {
    var session = inference.open(files.get(file.artifact()));
    return new Loaded(session, file.bytes(), session::close);
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
            Fault.BAD_INPUT,
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
