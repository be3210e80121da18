package dev.sluice.worker.work;

import dev.sluice.fold.Rounding;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationPlan;
import org.jspecify.annotations.Nullable;

/**
 * Advance an aligned group of shards by some steps.
 *
 * @param spec the job's work
 * @param prepared what was prepared
 * @param shardFrom first shard; a multiple of shards
 * @param shards number of shards: a power of two
 * @param fromStep first step
 * @param toStep end of steps, exclusive
 * @param round round of terms
 * @param announceStep step at which to say that the term nears its end
 * @param timeMsMax longest time that the term may take, in milliseconds; it then ends where it is
 * @param validation when parameters are measured on held-out rows; null: never
 * @param workersFold whether the job's workers fold for themselves
 * @param encoding in how many bits sums of gradients travel
 */
public record TermWork(
    TrainingSpec spec,
    TrainingPrepared prepared,
    int shardFrom,
    int shards,
    long fromStep,
    long toStep,
    long round,
    long announceStep,
    int timeMsMax,
    @Nullable ValidationPlan validation,
    boolean workersFold,
    SumEncoding encoding)
    implements TaskWork {

  /** Which sums are rounded. */
  public Rounding rounding() {
    return Rounding.of(encoding, spec.shards());
  }
}
