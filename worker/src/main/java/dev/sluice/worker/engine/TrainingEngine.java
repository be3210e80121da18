package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes gradients of networks on one kind of hardware. */
public interface TrainingEngine {

  /**
   * What decides the last bit of a result: libraries and their versions, instruction set, threads.
   * Two workers with equal fingerprints compute equal bits.
   *
   * @return one short line for people and for comparison
   */
  String fingerprint();

  /**
   * Builds a network for the first time: its tensors and its number of outputs are found out.
   *
   * @param network the network
   * @param input shape of one sample: [values] or [channels, height, width]; never empty
   * @param loss what training lowers
   * @param torchScript the .pt file of a {@code TorchScript} network; null for a {@code LayerStack}
   * @return the network, ready to compute; the caller closes it
   * @throws EngineException with BAD_INPUT where the network cannot be built
   */
  TrainingProgram open(
      Network network, List<Integer> input, TrainingLoss loss, byte @Nullable [] torchScript)
      throws EngineException;

  /**
   * Builds a network that was built before.
   *
   * @param facts the network as its first building found it
   * @param torchScript the .pt file of a {@code TorchScript} network; null for a {@code LayerStack}
   * @return the network, ready to compute; the caller closes it
   * @throws EngineException with BAD_INPUT where the network cannot be built or differs from the
   *     facts
   */
  default TrainingProgram open(NetworkFacts facts, byte @Nullable [] torchScript)
      throws EngineException {
    TrainingLoss loss = new TrainingLoss(facts.objective(), facts.classWeights());
    TrainingProgram program = open(facts.network(), facts.input(), loss, torchScript);
    if (program.outputs() != facts.outputs() || !program.tensors().equals(facts.tensors())) {
      program.close();
      throw EngineException.badInput(
          Code.NETWORK_CHANGED,
          "model",
          "the network differs from its recorded facts",
          "its outputs or tensors are not those that were found when the job was prepared",
          "submit the job again, so that the network is prepared by the present release");
    }
    return program;
  }

  /**
   * Writes a TorchScript file with trained values, for use in Python.
   *
   * @param facts the network as it was prepared
   * @param torchScript the file that was trained
   * @param flat the trained flat vector: 32-bit floats, off the heap
   * @param description text of the file's extra file {@code sluice.json}, in ASCII
   * @return the bytes of a file for {@code torch.jit.load}, in inference mode; a function of the
   *     arguments and of the engine
   * @throws EngineException with BAD_INPUT where the file cannot be loaded; with NO_CAPACITY where
   *     there is no room for it
   */
  byte[] withValues(NetworkFacts facts, byte[] torchScript, MemorySegment flat, String description)
      throws EngineException;
}
