package dev.sluice.worker.tasks;

import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ModelFile;

/** Files that are made of a model. */
final class ModelFiles {

  private ModelFiles() {}

  /**
   * Stores a file.
   *
   * @throws TaskProblem where it is larger than can be stored
   */
  static ModelFile store(Files files, String format, byte[] file) throws TaskProblem {
    if (file.length > ArtifactStore.FILE_BYTES_MAX) {
      throw new TaskProblem(
          new Cause(
              Code.MODEL_TOO_LARGE,
              "model",
              "The " + format + " file cannot be stored.",
              file.length + " bytes are more than " + ArtifactStore.FILE_BYTES_MAX + ".",
              "Use a smaller network."),
          false);
    }
    return new ModelFile(format, files.put(file), file.length);
  }
}
