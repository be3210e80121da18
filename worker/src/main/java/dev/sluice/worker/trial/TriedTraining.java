package dev.sluice.worker.trial;

import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.TrainingEngine;
import dev.sluice.worker.engine.TrainingLoss;
import dev.sluice.worker.engine.TrainingProgram;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine that opens no TorchScript file which has not passed its trial.
 *
 * @param engine opens them then
 * @param trials tries them
 */
public record TriedTraining(TrainingEngine engine, Trials trials) implements TrainingEngine {

  @Override
  public String fingerprint() {
    return engine.fingerprint();
  }

  @Override
  public TrainingProgram open(
      Network network, List<Integer> input, TrainingLoss loss, byte @Nullable [] torchScript)
      throws EngineException {
    if (torchScript != null) {
      trials.pass(new NativeFile.TorchScript(torchScript, input, loss.objective()));
    }
    return engine.open(network, input, loss, torchScript);
  }

  @Override
  public byte[] withValues(
      NetworkFacts facts, byte[] torchScript, MemorySegment flat, String description)
      throws EngineException {
    trials.pass(new NativeFile.TorchScript(torchScript, facts.input(), facts.objective()));
    return engine.withValues(facts, torchScript, flat, description);
  }
}
