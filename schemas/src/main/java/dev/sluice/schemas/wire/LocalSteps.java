package dev.sluice.schemas.wire;

/**
 * Shards of a training job are replicas: each makes some steps by itself, and the mean of what they
 * have come to is a gradient for all (DiLoCo, arXiv 2311.08105).
 *
 * @param steps steps that a replica makes between two exchanges
 * @param learningRate rate of the update that follows an exchange
 * @param momentum its momentum
 * @param nesterov whether that looks ahead
 */
public record LocalSteps(int steps, double learningRate, double momentum, boolean nesterov) {

  /** The update that follows an exchange. */
  public Sgd outer() {
    return new Sgd(momentum, nesterov, 0);
  }
}
