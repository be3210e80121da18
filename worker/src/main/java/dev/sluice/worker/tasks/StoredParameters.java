package dev.sluice.worker.tasks;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.TrainingProgram;
import dev.sluice.worker.export.Safetensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A model's flat vector, off the heap, as its safetensors file has it. */
final class StoredParameters implements AutoCloseable {

  private final Arena arena = Arena.ofShared();
  private final MemorySegment values;

  private StoredParameters(MemorySegment from) {
    values = arena.allocate(Math.max(1, from.byteSize()), TrainingProgram.ALIGNMENT_BYTES);
    values.copyFrom(from);
  }

  /**
   * Reads a model's parameters.
   *
   * @throws TaskProblem where it has none, or others than its network takes
   * @throws ArtifactMissing where the file is not stored
   * @throws EngineException where the file is not what it should be
   */
  static StoredParameters read(Files files, ModelVersion model)
      throws TaskProblem, ArtifactMissing, EngineException {
    var file =
        model.file(Models.SAFETENSORS).orElseThrow(() -> Models.missing(model, Models.SAFETENSORS));
    var contents = Safetensors.read(files.get(file.artifact()));
    if (contents.values().remaining() != model.network().floats() * Float.BYTES) {
      throw Models.missing(
          model, Models.SAFETENSORS + " of " + model.network().floats() + " values");
    }
    return new StoredParameters(MemorySegment.ofBuffer(contents.values()));
  }

  /** The vector: 32-bit floats in native byte order. */
  MemorySegment values() {
    return values;
  }

  @Override
  public void close() {
    arena.close();
  }
}
