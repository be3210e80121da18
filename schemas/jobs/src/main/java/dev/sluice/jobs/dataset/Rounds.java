package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.TrainingSpec;

/**
 * The steps of a training job, and the rounds that these are exchanged in. A round has as many
 * steps as a replica makes by itself, or what an epoch or the training has left: so no round is in
 * two epochs, and each step is in one round. Where replicas make no steps by themselves, a round is
 * a step.
 *
 * @param stepsPerEpoch steps of an epoch, at least 1
 * @param steps steps in all
 * @param local steps of a round, at least 1
 */
public record Rounds(long stepsPerEpoch, long steps, int local) {

  /**
   * Those of a job.
   *
   * @param trainingRows number of training rows, at least 1
   */
  public static Rounds of(TrainingSpec spec, int trainingRows) {
    long stepsPerEpoch = Sampling.stepsPerEpoch(trainingRows, spec.batch());
    var local = spec.localSteps();
    return new Rounds(
        stepsPerEpoch,
        Sampling.steps(spec.length(), stepsPerEpoch),
        local == null ? 1 : Math.max(1, local.steps()));
  }

  /** Rounds of an epoch. */
  public long perEpoch() {
    return Math.ceilDiv(stepsPerEpoch, (long) local);
  }

  /** Rounds in all. */
  public long count() {
    return steps / stepsPerEpoch * perEpoch() + Math.ceilDiv(steps % stepsPerEpoch, (long) local);
  }

  /** First step of a round. */
  public long from(long round) {
    return round / perEpoch() * stepsPerEpoch + round % perEpoch() * local;
  }

  /** End of a round's steps, exclusive. */
  public long to(long round) {
    long epochEnd = (round / perEpoch() + 1) * stepsPerEpoch;
    return Math.min(steps, Math.min(epochEnd, from(round) + local));
  }
}
