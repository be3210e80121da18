package dev.sluice.worker.rows;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.tasks.TaskProblem;

/** Loads models. */
public interface ModelLoader {

  /**
   * A model, ready to answer until the next one is asked for; it stays the loader's to close.
   *
   * @throws ArtifactMissing where one of its files is not stored
   * @throws EngineException where an engine refuses them
   * @throws TaskProblem where it has no file that an engine here can run
   */
  InferenceSession load(ModelVersion model) throws ArtifactMissing, EngineException, TaskProblem;
}
