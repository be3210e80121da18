package dev.sluice.worker.rows;

import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.worker.tasks.TaskProblem;

/** Where versions of models are found. */
public interface ModelVersions {

  /**
   * A version, the same object as long as it is kept.
   *
   * @param model name of the model
   * @param version number of its version
   * @param place where {@code sluice.models} is said to have it; negative: unknown
   * @throws TaskProblem where there is none
   * @throws RuntimeException where brokers don't say
   */
  ModelVersion find(String model, int version, long place) throws TaskProblem;
}
