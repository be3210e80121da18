package dev.sluice.worker.engine;

import java.lang.foreign.MemorySegment;

/** One trained model, loaded. Not for use by two threads at once. */
public interface InferenceSession extends AutoCloseable {

  /** Feature columns per row. */
  int inputs();

  /** Values per row that the model gives. */
  int outputs();

  /**
   * Answers rows.
   *
   * @param features n rows of {@link #inputs()} 32-bit floats, off the heap, row-major, as they
   *     stand in the data set: the model scales them itself
   * @param n number of rows, at least 1
   * @param scores n rows of {@link #outputs()} 32-bit floats, off the heap, overwritten: logits for
   *     classes, the label in its own unit for regression
   * @throws EngineException with OUR_FAULT where the engine fails on rows of the right shape
   */
  void predict(MemorySegment features, int n, MemorySegment scores) throws EngineException;

  @Override
  void close();
}
