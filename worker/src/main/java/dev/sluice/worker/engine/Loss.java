package dev.sluice.worker.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The sum over samples of what training lowers. */
final class Loss {
  /** PyTorch's at::Reduction::Sum. */
  private static final long SUM = 2;

  private static final long NO_IGNORED_CLASS = -100;
  private static final double NO_SMOOTHING = 0;
  private static final double HUBER_DELTA = 1;

  private Loss() {}

  /**
   * Computes a scalar tensor.
   *
   * @param scores (n, outputs)
   * @param labels n class numbers (64-bit) or n floats, as the objective needs
   */
  static Tensor sum(TrainingLoss loss, Tensor scores, MemorySegment labels, int n) {
    return switch (loss.objective()) {
      case CROSS_ENTROPY ->
          torch.cross_entropy_loss(
              scores,
              classes(labels, n, scores.size(1)),
              weights(loss),
              SUM,
              NO_IGNORED_CLASS,
              NO_SMOOTHING);
      case BINARY_CROSS_ENTROPY ->
          torch.binary_cross_entropy_with_logits(
              scores.view(n),
              classes(labels, n, 2).to(ScalarType.Float),
              sampleWeights(loss, labels, n),
              new TensorOptional(),
              SUM);
      case MEAN_SQUARED_ERROR -> torch.mse_loss(scores.view(n), Blob.floats(labels, n), SUM);
      case MEAN_ABSOLUTE_ERROR -> torch.l1_loss(scores.view(n), Blob.floats(labels, n), SUM);
      case HUBER -> torch.huber_loss(scores.view(n), Blob.floats(labels, n), SUM, HUBER_DELTA);
    };
  }

  private static TensorOptional weights(TrainingLoss loss) {
    return loss.classWeights().isEmpty()
        ? new TensorOptional()
        : new TensorOptional(torch.tensor(floats(loss)));
  }

  /** Of two classes with one output there is no weight for each class: each sample has its own. */
  private static TensorOptional sampleWeights(TrainingLoss loss, MemorySegment labels, int n) {
    return loss.classWeights().isEmpty()
        ? new TensorOptional()
        : new TensorOptional(torch.tensor(floats(loss)).index_select(0, classes(labels, n, 2)));
  }

  private static float[] floats(TrainingLoss loss) {
    float[] weights = new float[loss.classWeights().size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = loss.classWeights().get(i).floatValue();
    }
    return weights;
  }

  private static Tensor classes(MemorySegment labels, int n, long classes) {
    Tensor tensor = Blob.longs(labels, n);
    for (int i = 0; i < n; i++) {
      long label = labels.getAtIndex(ValueLayout.JAVA_LONG, i);
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException(
            "label " + i + " is class " + label + " of " + classes + " classes");
      }
    }
    return tensor;
  }
}
