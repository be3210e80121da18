package dev.sluice.worker.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;

/**
 * What every network on libtorch does alike: parameters are views of the caller's vector, gradients
 * are accumulated straight into the caller's vector, and all native objects of a call are freed
 * when it returns.
 *
 * <p>Every tensor is laid over its part of the vector by itself. Cut from one tensor as views, they
 * would share a version counter, and autograd would take the writing of a gradient for a change of
 * something it saved.
 */
abstract sealed class TorchProgram implements TrainingProgram permits StackProgram, ScriptProgram {
  private final Layout layout;
  private final List<Integer> input;
  private final TrainingLoss loss;
  private boolean closed;

  /** The tensors of the flat vector, and how many floats they hold. */
  record Layout(List<TensorSpec> tensors, long parameters, long floats) {
    Layout {
      tensors = List.copyOf(tensors);
    }
  }

  /**
   * Tensors of one call, over the caller's memory.
   *
   * @param values one per tensor of the layout; state may be written in training
   * @param gradients one per trained tensor, in order; empty in inference
   */
  record Views(List<Tensor> values, List<Tensor> gradients) {}

  TorchProgram(Layout layout, List<Integer> input, TrainingLoss loss) {
    this.layout = layout;
    this.input = List.copyOf(input);
    this.loss = loss;
  }

  /**
   * Runs the network; afterwards the views of state hold the new state.
   *
   * @param samples (n, input...)
   * @return (n, outputs)
   */
  abstract Tensor forward(Views views, Tensor samples, boolean training, long dropoutSeed)
      throws EngineException;

  /** What it is when libtorch refuses a call. */
  abstract Code codeOfRefusal();

  @Override
  public final List<TensorSpec> tensors() {
    return layout.tensors();
  }

  @Override
  public final long parameters() {
    return layout.parameters();
  }

  @Override
  public final long floats() {
    return layout.floats();
  }

  @Override
  public final GradientSum gradient(
      MemorySegment flat,
      MemorySegment features,
      MemorySegment labels,
      int n,
      long dropoutSeed,
      MemorySegment out)
      throws EngineException {
    enter(flat, n);
    Blob.require(out, floats() * Float.BYTES, Float.BYTES);
    out.asSlice(0, floats() * Float.BYTES).fill((byte) 0);
    if (n == 0) {
      return new GradientSum(0, true);
    }
    try (PointerScope _ = new PointerScope()) {
      return differentiate(flat, features, labels, n, dropoutSeed, out);
    } catch (RuntimeException thrown) {
      throw refusal(thrown);
    } finally {
      Reference.reachabilityFence(flat);
      Reference.reachabilityFence(features);
      Reference.reachabilityFence(labels);
      Reference.reachabilityFence(out);
    }
  }

  private GradientSum differentiate(
      MemorySegment flat,
      MemorySegment features,
      MemorySegment labels,
      int n,
      long dropoutSeed,
      MemorySegment out)
      throws EngineException {
    long stateOffset = parameters() * Float.BYTES;
    long stateBytes = (floats() - parameters()) * Float.BYTES;
    MemorySegment.copy(flat, stateOffset, out, stateOffset, stateBytes);
    Views views = new Views(values(flat, out), gradients(out));
    Tensor scores = forward(views, samples(features, n), true, dropoutSeed);
    Tensor sum = Loss.sum(loss, scores, labels, n);
    if (!sum.requires_grad()) {
      throw EngineException.badInput(
          Code.NOTHING_TO_TRAIN,
          "model",
          "no parameter of the network influences its output",
          "there is nothing to train",
          "use parameters in forward, and do not detach what comes from them");
    }
    sum.backward();
    for (long i = parameters(); i < floats(); i++) {
      out.setAtIndex(JAVA_FLOAT, i, out.getAtIndex(JAVA_FLOAT, i) * n);
    }
    double lossSum = sum.item_float();
    return new GradientSum(lossSum, Double.isFinite(lossSum) && finite(Blob.floats(out, floats())));
  }

  /** One pass without a temporary: the extremes of a tensor are NaN as soon as one element is. */
  private static boolean finite(Tensor tensor) {
    T_TensorTensor_T extremes = tensor.aminmax();
    return Float.isFinite(extremes.get0().item_float())
        && Float.isFinite(extremes.get1().item_float());
  }

  @Override
  public final void predict(MemorySegment flat, MemorySegment features, int n, MemorySegment scores)
      throws EngineException {
    enter(flat, n);
    if (n == 0) {
      return;
    }
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      Views views = new Views(values(flat, flat), List.of());
      Tensor result = forward(views, samples(features, n), false, 0);
      Blob.floats(scores, n, outputs()).copy_(result);
    } catch (RuntimeException thrown) {
      throw refusal(thrown);
    } finally {
      Reference.reachabilityFence(flat);
      Reference.reachabilityFence(features);
      Reference.reachabilityFence(scores);
    }
  }

  private void enter(MemorySegment flat, int n) {
    if (closed) {
      throw new IllegalStateException("the program is closed");
    }
    if (n < 0) {
      throw new IllegalArgumentException("the number of samples is " + n);
    }
    Blob.require(flat, floats() * Float.BYTES, Float.BYTES);
    TorchRuntime.pin();
  }

  /** A mistake of our own goes on as it is; what libtorch throws becomes a cause. */
  private EngineException refusal(RuntimeException thrown) {
    if (thrown instanceof IllegalArgumentException || thrown instanceof IllegalStateException) {
      throw thrown;
    }
    return TorchRuntime.failure(
        thrown,
        codeOfRefusal(),
        "model",
        "the network could not be computed",
        "check that forward takes a batch of samples of shape " + input);
  }

  private Tensor samples(MemorySegment features, int n) {
    long[] shape = new long[input.size() + 1];
    shape[0] = n;
    for (int i = 0; i < input.size(); i++) {
      shape[i + 1] = input.get(i);
    }
    return Blob.floats(features, shape);
  }

  private List<Tensor> values(MemorySegment parameters, MemorySegment state) {
    List<Tensor> values = new ArrayList<>();
    for (TensorSpec tensor : layout.tensors()) {
      values.add(over(tensor.trained() ? parameters : state, tensor));
    }
    return values;
  }

  private List<Tensor> gradients(MemorySegment out) {
    List<Tensor> gradients = new ArrayList<>();
    for (TensorSpec tensor : layout.tensors()) {
      if (tensor.trained()) {
        gradients.add(over(out, tensor));
      }
    }
    return gradients;
  }

  private static Tensor over(MemorySegment vector, TensorSpec tensor) {
    long[] shape = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
    return Blob.floats(vector.asSlice(tensor.offset() * Float.BYTES), shape);
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      free();
    }
  }

  /** Frees what the network holds between calls. */
  abstract void free();
}
