package dev.sluice.worker.engine;

import dev.sluice.jobs.network.LayerShape;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.MaxPool2d;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A layer stack on libtorch: one function call per layer, with PyTorch's defaults throughout. */
final class StackProgram extends TorchProgram {
  private final NetworkPlan plan;

  StackProgram(NetworkPlan plan, TrainingLoss loss) {
    super(new Layout(plan.tensors(), plan.parameters(), plan.floats()), plan.input(), loss);
    this.plan = plan;
  }

  /** The tensors by name, and what only training needs. */
  private record Pass(Map<String, Tensor> tensors, boolean training, Generator generator) {

    Tensor tensor(int layer, String name) {
      return optional(layer, name)
          .orElseThrow(() -> new IllegalStateException("layer " + layer + " has no " + name));
    }

    Optional<Tensor> optional(int layer, String name) {
      return Optional.ofNullable(tensors.get(layer + "." + name));
    }

    TensorOptional bias(int layer) {
      return optional(layer, "bias").map(TensorOptional::new).orElseGet(TensorOptional::new);
    }
  }

  @Override
  public int outputs() {
    return plan.outputs();
  }

  @Override
  public void initialise(long seed, MemorySegment flat) {
    Blob.require(flat, floats() * Float.BYTES, Float.BYTES);
    InitialValues.fill(plan, seed, flat);
  }

  @Override
  Tensor forward(Views views, Tensor samples, boolean training, long dropoutSeed) {
    Map<String, Tensor> tensors = new HashMap<>();
    int trained = 0;
    for (int i = 0; i < views.values().size(); i++) {
      Tensor value = views.values().get(i);
      if (training && tensors().get(i).trained()) {
        value.requires_grad_(true);
        value.mutable_grad().put(views.gradients().get(trained++));
      }
      tensors.put(tensors().get(i).name(), value);
    }
    Pass pass = new Pass(tensors, training, torch.make_generator_cpu(dropoutSeed));
    Tensor x = samples;
    for (int i = 0; i < plan.layers().size(); i++) {
      x = through(plan.layers().get(i), i, x, pass);
    }
    return x;
  }

  private static Tensor through(LayerShape shape, int index, Tensor x, Pass pass) {
    return switch (shape.layer()) {
      case Dense dense -> torch.linear(x, pass.tensor(index, "weight"), pass.bias(index));
      case Conv2d conv ->
          torch.conv2d(
              x,
              pass.tensor(index, "weight"),
              pass.bias(index),
              square(conv.stride()),
              square(conv.padding()),
              square(1),
              1);
      case MaxPool2d(int kernel, int stride, int padding) ->
          torch.max_pool2d(
              x,
              square(kernel),
              square(stride == 0 ? kernel : stride),
              square(padding),
              square(1),
              false);
      case AvgPool2d(int kernel, int stride, int padding) ->
          torch.avg_pool2d(
              x,
              square(kernel),
              square(stride == 0 ? kernel : stride),
              square(padding),
              false,
              true,
              new LongOptional());
      case GlobalAvgPool() -> torch.adaptive_avg_pool2d(x, square(1)).flatten(1, -1);
      case Flatten() -> x.flatten(1, -1);
      case Dropout(double rate) -> dropout(x, rate, pass);
      case BatchNorm norm -> batchNorm(x, norm, index, pass);
      case LayerNorm norm ->
          torch.layer_norm(
              x,
              shape.input().stream().mapToLong(Integer::longValue).toArray(),
              new TensorOptional(pass.tensor(index, "weight")),
              pass.bias(index),
              norm.epsilon(),
              false);
      case Activation(Function function) -> activate(x, function);
    };
  }

  /** As torch.dropout does it, with a generator of its own instead of the process-wide one. */
  private static Tensor dropout(Tensor x, double rate, Pass pass) {
    if (!pass.training() || rate == 0) {
      return x;
    }
    Tensor mask = torch.empty_like(x).detach();
    mask.bernoulli_(1 - rate, new GeneratorOptional(pass.generator()));
    mask.div_(Blob.scalar(1 - rate));
    return x.mul(mask);
  }

  /** In training, libtorch writes the new running statistics over the views it is given. */
  private static Tensor batchNorm(Tensor x, BatchNorm norm, int index, Pass pass) {
    boolean ownStatistics = pass.training() && x.size(0) > 1;
    return torch.batch_norm(
        x,
        new TensorOptional(pass.tensor(index, "weight")),
        pass.bias(index),
        new TensorOptional(pass.tensor(index, "running_mean")),
        new TensorOptional(pass.tensor(index, "running_var")),
        ownStatistics,
        norm.momentum(),
        norm.epsilon(),
        false);
  }

  private static Tensor activate(Tensor x, Function function) {
    return switch (function) {
      case RELU -> torch.relu(x);
      case LEAKY_RELU -> torch.leaky_relu(x);
      case ELU -> torch.elu(x);
      case GELU -> torch.gelu(x);
      case SILU -> torch.silu(x);
      case TANH -> torch.tanh(x);
      case SIGMOID -> torch.sigmoid(x);
      case SOFTPLUS -> torch.softplus(x);
    };
  }

  private static long[] square(int side) {
    return new long[] {side, side};
  }

  @Override
  Code codeOfRefusal() {
    return Code.ENGINE_FAILED;
  }

  @Override
  void free() {
    // Everything lives in the caller's memory and in the scope of one call.
  }
}
