package dev.sluice.worker.engine;

import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TorchScript;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Training with libtorch, in this process, on one core.
 *
 * <p>The fingerprint ends with a digest of what this machine computes for a small network, because
 * libraries choose kernels by processor and their version strings do not say all of it.
 */
public final class TorchEngine implements TrainingEngine {
  private @Nullable String fingerprint;

  /** Loads the native libraries: some seconds the first time in a process. */
  public TorchEngine() {
    TorchRuntime.pin();
  }

  /** Computed when it is first asked for. */
  @Override
  public synchronized String fingerprint() {
    if (fingerprint == null) {
      fingerprint = TorchRuntime.describe() + ", probe " + Probe.digest(this);
    }
    return fingerprint;
  }

  @Override
  public TrainingProgram open(
      Network network, List<Integer> input, TrainingLoss loss, byte @Nullable [] torchScript)
      throws EngineException {
    TorchRuntime.pin();
    return switch (network) {
      case LayerStack stack -> new StackProgram(plan(stack, input), loss);
      case TorchScript script -> {
        if (torchScript == null) {
          throw new IllegalArgumentException("a TorchScript network comes with its file");
        }
        yield script(torchScript, input, loss);
      }
    };
  }

  @Override
  public byte[] withValues(
      NetworkFacts facts, byte[] torchScript, MemorySegment flat, String description)
      throws EngineException {
    TorchRuntime.pin();
    try (ScriptModule module = ScriptModule.load(torchScript)) {
      Blob.require(flat, module.layout().floats() * Float.BYTES, Float.BYTES);
      return module.save(flat, facts, description);
    }
  }

  private static NetworkPlan plan(LayerStack stack, List<Integer> input) throws EngineException {
    int columns = input.stream().reduce(1, Math::multiplyExact);
    return switch (NetworkShapes.infer(new LayerStack(input, stack.layers()), columns)) {
      case NetworkResult.Fits(NetworkPlan plan) -> plan;
      case NetworkResult.DoesNotFit(List<Cause> causes) ->
          throw new EngineException(
              new Cause(
                  Problems.code(causes),
                  causes.getFirst().where(),
                  causes.stream().map(Cause::what).collect(Collectors.joining("; ")),
                  causes.getFirst().why(),
                  causes.getFirst().mend()));
    };
  }

  private static TrainingProgram script(byte[] file, List<Integer> input, TrainingLoss loss)
      throws EngineException {
    ScriptModule module = ScriptModule.load(file);
    try {
      return new ScriptProgram(module, probeOutputs(module, input), input, loss);
    } catch (EngineException refused) {
      module.close();
      throw refused;
    }
  }

  /** Two zero samples tell how many values the module gives for each. */
  private static int probeOutputs(ScriptModule module, List<Integer> input) throws EngineException {
    int samples = 2;
    long[] shape = new long[input.size() + 1];
    shape[0] = samples;
    for (int i = 0; i < input.size(); i++) {
      shape[i + 1] = input.get(i);
    }
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      module.train(false);
      Tensor scores = module.forward(torch.zeros(shape));
      boolean rows = scores.dim() >= 1 && scores.size(0) == samples;
      if (rows && scores.is_floating_point() && scores.dim() <= 2) {
        return Math.toIntExact(scores.numel() / samples);
      }
      throw EngineException.badInput(
          Code.MODEL_UNUSABLE,
          "model",
          "forward gives a tensor of shape " + ScriptModule.shape(scores) + " for 2 samples",
          "it must give one row of floats per sample",
          "return scores of shape (n, outputs), without softmax");
    } catch (RuntimeException thrown) {
      throw TorchRuntime.failure(
          thrown,
          Code.MODEL_UNUSABLE,
          "model",
          "the TorchScript network cannot be run on samples of shape " + input,
          "set the model's input to the shape that forward takes, without the batch dimension");
    }
  }
}
