package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Code;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A TorchScript module on libtorch. Its parameters and buffers are rebound to the caller's memory
 * in every call, so the module itself keeps nothing between calls.
 */
final class ScriptProgram extends TorchProgram {
  private final ScriptModule module;
  private final int outputs;

  ScriptProgram(ScriptModule module, int outputs, List<Integer> input, TrainingLoss loss) {
    super(module.layout(), input, loss);
    this.module = module;
    this.outputs = outputs;
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public void initialise(long seed, MemorySegment flat) {
    Blob.require(flat, floats() * Float.BYTES, Float.BYTES);
    MemorySegment.copy(module.initial(), 0, flat, 0, floats() * Float.BYTES);
  }

  @Override
  Tensor forward(Views views, Tensor samples, boolean training, long dropoutSeed)
      throws EngineException {
    boolean hasState = floats() > parameters();
    boolean single = samples.size(0) == 1;
    module.train(training && !(single && hasState));
    List<Tensor> own = module.tensors();
    int trained = 0;
    for (int i = 0; i < own.size(); i++) {
      Tensor tensor = own.get(i);
      Tensor value = views.values().get(i);
      // Nothing stops a module from writing to a buffer in inference, so there it gets a copy.
      tensor.set_data(training || tensors().get(i).trained() ? value : value.clone());
      if (training && tensors().get(i).trained()) {
        tensor.mutable_grad().put(views.gradients().get(trained++));
      }
    }
    module.restoreConstants();
    torch.manual_seed(dropoutSeed);
    // A module may change its input in place, which is the caller's.
    Tensor scores = module.forward(samples.clone());
    if (training && hasState) {
      keepState(own, views);
    }
    return scores.view(samples.size(0), outputs);
  }

  /**
   * A module may change a buffer in place, which is in the caller's memory already, or replace it.
   */
  private void keepState(List<Tensor> before, Views views) throws EngineException {
    List<Tensor> after = module.tensors();
    try (NoGradGuard _ = new NoGradGuard()) {
      for (int i = 0; i < after.size(); i++) {
        if (tensors().get(i).trained() || after.get(i).is_same(before.get(i))) {
          continue;
        }
        if (after.get(i).requires_grad()) {
          throw EngineException.badInput(
              Code.MODEL_UNUSABLE,
              "model",
              "forward assigns a value with a gradient to the buffer " + tensors().get(i).name(),
              "the buffer would hold on to the graph of every step before",
              "assign value.detach()");
        }
        views.values().get(i).copy_(after.get(i));
      }
    }
  }

  @Override
  Code codeOfRefusal() {
    return Code.MODEL_UNUSABLE;
  }

  @Override
  void free() {
    module.close();
  }
}
