package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One network, built. Parameters go in and gradients come out as flat vectors of 32-bit floats in
 * native byte order, laid out by {@link #tensors()}; both live in memory of the caller, off the
 * heap and aligned to {@value #ALIGNMENT_BYTES} bytes, and are not copied.
 *
 * <p>Not for use by two threads at once.
 */
public interface TrainingProgram extends AutoCloseable {
  /** Alignment of every segment given to a program, in bytes. */
  int ALIGNMENT_BYTES = 64;

  /** Every tensor of the flat vector: trained ones first, then state, in network order. */
  List<TensorSpec> tensors();

  /** Floats in the trained part of the flat vector. */
  long parameters();

  /** Floats in the flat vector. */
  long floats();

  /** Values per sample that the network gives. */
  int outputs();

  /**
   * Fills a vector with initial values: PyTorch's default distributions drawn from the seed for a
   * layer stack, the file's own values for TorchScript. The bits depend on nothing else.
   *
   * @param seed any number
   * @param flat {@link #floats()} floats, overwritten
   */
  void initialise(long seed, MemorySegment flat);

  /**
   * Computes the gradient of the sum of the losses of n samples. Dropout is active and depends on
   * the seed alone; batch normalisation uses the statistics of these n samples, except that a
   * single sample, whose variance is not defined, is normalised by the running statistics and
   * leaves them as they are.
   *
   * @param flat {@link #floats()} floats, left as they are
   * @param features n rows of input values, 32-bit floats, row-major, already scaled
   * @param labels n class numbers as 64-bit integers where the objective compares classes; n 32-bit
   *     floats, already scaled, where it compares numbers
   * @param n number of samples; with 0 the gradient is 0
   * @param dropoutSeed seed of dropout
   * @param out {@link #floats()} floats, overwritten: for trained elements the gradient, for state
   *     elements n times their new value
   * @return the sum of the losses, and whether everything computed is finite
   * @throws EngineException with BAD_INPUT where the network refuses the samples
   */
  GradientSum gradient(
      MemorySegment flat,
      MemorySegment features,
      MemorySegment labels,
      int n,
      long dropoutSeed,
      MemorySegment out)
      throws EngineException;

  /**
   * Computes the network's outputs in inference mode.
   *
   * @param flat {@link #floats()} floats, left as they are
   * @param features n rows of input values, 32-bit floats, row-major, already scaled
   * @param n number of samples
   * @param scores n rows of {@link #outputs()} 32-bit floats, overwritten: logits for classes, the
   *     scaled label for regression
   * @throws EngineException with BAD_INPUT where the network refuses the samples
   */
  void predict(MemorySegment flat, MemorySegment features, int n, MemorySegment scores)
      throws EngineException;

  @Override
  void close();
}
