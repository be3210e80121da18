package dev.sluice.worker.trial;

import dev.sluice.worker.engine.EngineException;

/** Says whether a native library may open a file in this process. */
public interface Trials {

  /**
   * Returns where the file does no harm.
   *
   * @throws EngineException with BAD_INPUT where it can't be opened, or opening it crashes, hangs
   *     or takes too much memory; with NO_CAPACITY where that could not be found out
   */
  void pass(NativeFile file) throws EngineException;
}
