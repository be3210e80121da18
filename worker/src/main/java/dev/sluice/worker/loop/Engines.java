package dev.sluice.worker.loop;

import dev.sluice.worker.engine.InferenceEngine;
import dev.sluice.worker.engine.TrainingEngine;

/**
 * What computes.
 *
 * @param training gradients
 * @param inference answers
 */
public record Engines(TrainingEngine training, InferenceEngine inference) {

  /** What a job is pinned to: both decide bits that a job's owner sees. */
  public String fingerprint() {
    return training.fingerprint() + "; " + inference.fingerprint();
  }
}
