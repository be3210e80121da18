package dev.sluice.worker.engine;

/** Applies trained models. */
public interface InferenceEngine {

  /**
   * What decides the last bit of a result: library, version, instruction set, threads.
   *
   * @return one short line for people and for comparison
   */
  String fingerprint();

  /**
   * Loads a model.
   *
   * @param model the bytes of the model file
   * @return the model, ready to answer; the caller closes it
   * @throws EngineException with BAD_INPUT where the file is not a model that this engine can run
   */
  InferenceSession open(byte[] model) throws EngineException;
}
