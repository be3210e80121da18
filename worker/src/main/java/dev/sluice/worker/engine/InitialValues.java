package dev.sluice.worker.engine;

import dev.sluice.jobs.network.LayerShape;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * First values of a layer stack, in PyTorch's default distributions: weights and biases of dense
 * and convolution layers uniform in ±1/sqrt(inputs of one unit), normalisations the identity.
 *
 * <p>Drawn in Java from SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) rather than by libtorch,
 * whose kernels round differently per instruction set: these bits depend on nothing but the seed
 * and the network. The values are therefore not those of {@code torch.manual_seed(seed)}.
 */
final class InitialValues {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1p-24;

  private long state;

  private InitialValues(long seed) {
    this.state = seed;
  }

  static void fill(NetworkPlan plan, long seed, MemorySegment flat) {
    InitialValues values = new InitialValues(seed);
    for (TensorSpec tensor : plan.tensors()) {
      int dot = tensor.name().indexOf('.');
      int layer = Integer.parseInt(tensor.name(), 0, dot, 10);
      values.fill(tensor, plan.layers().get(layer), tensor.name().substring(dot + 1), flat);
    }
  }

  private void fill(TensorSpec tensor, LayerShape layer, String name, MemorySegment flat) {
    int inputs = inputsPerUnit(layer.layer(), layer);
    long end = tensor.offset() + elements(tensor);
    if (inputs > 0) {
      double bound = 1 / Math.sqrt(inputs);
      for (long i = tensor.offset(); i < end; i++) {
        flat.setAtIndex(ValueLayout.JAVA_FLOAT, i, uniform(bound));
      }
    } else {
      float value = name.equals("weight") || name.equals("running_var") ? 1 : 0;
      for (long i = tensor.offset(); i < end; i++) {
        flat.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
      }
    }
  }

  /** Inputs that one output value sums over; 0 where a layer starts as the identity. */
  private static int inputsPerUnit(Layer layer, LayerShape shape) {
    return switch (layer) {
      case Dense dense -> shape.input().getFirst();
      case Conv2d conv -> shape.input().getFirst() * conv.kernel() * conv.kernel();
      case BatchNorm norm -> 0;
      case LayerNorm norm -> 0;
      case MaxPool2d none -> 0;
      case AvgPool2d none -> 0;
      case GlobalAvgPool none -> 0;
      case Flatten none -> 0;
      case Dropout none -> 0;
      case Activation none -> 0;
    };
  }

  private static long elements(TensorSpec tensor) {
    long product = 1;
    for (int dimension : tensor.shape()) {
      product *= dimension;
    }
    return product;
  }

  /** One of 2^24 equally spaced values in [-bound, bound). */
  private float uniform(double bound) {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z = z ^ (z >>> 31);
    return (float) (bound * (2 * ((z >>> 40) * UNIT) - 1));
  }
}
