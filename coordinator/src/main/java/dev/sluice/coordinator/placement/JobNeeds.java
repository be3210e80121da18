package dev.sluice.coordinator.placement;

import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.cost.MemoryNeeds;
import dev.sluice.schemas.cost.Workload;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.InferenceState;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What jobs need of an accelerator, derived from the jobs themselves. */
public final class JobNeeds {

  /** Number format in which workers train. */
  private static final NumberFormat TRAINING_FORMAT = NumberFormat.FP32;

  private JobNeeds() {}

  /**
   * What is known of a job beside what it says.
   *
   * @param prepared what a worker found of a training job; null: not yet
   * @param format number format in which the model version computes; null: not resolved yet
   * @param network the model version's network; null: not known
   * @param rows rows to answer; 0: not known yet
   */
  public record Known(
      @Nullable TrainingPrepared prepared,
      @Nullable NumberFormat format,
      @Nullable NetworkFacts network,
      long rows) {

    /** Nothing yet. */
    public static final Known NOTHING = new Known(null, null, null, 0);

    /** What a worker found of a training job. */
    public static Known of(TrainingPrepared prepared) {
      return new Known(prepared, null, null, 0);
    }

    /** What has been resolved of an inference job; null: nothing. */
    public static Known of(@Nullable InferenceState inference) {
      return inference == null
          ? NOTHING
          : new Known(
              null,
              NumberFormat.of(inference.model().format()).orElse(NumberFormat.FP32),
              inference.model().network(),
              inference.rows());
    }

    /** The same with the number of rows. */
    public Known withRows(long count) {
      return new Known(prepared, format, network, count);
    }
  }

  /** The needs of a job. */
  public static Requirements of(Work work, Known known) {
    return switch (work) {
      case TrainingSpec training -> training(training, known.prepared());
      case InferenceSpec inference -> inference(inference, known);
      case QuantisationSpec quantisation ->
          new Requirements(
              Requirements.Purpose.QUANTISE, Set.of(NumberFormat.values()), null, 1, null, 0, 0);
    };
  }

  private static Requirements training(TrainingSpec spec, @Nullable TrainingPrepared prepared) {
    var formats = Set.of(TRAINING_FORMAT);
    if (prepared == null) {
      return new Requirements(Requirements.Purpose.TRAIN, formats, null, 1, null, spec.batch(), 0);
    }
    var workload = Workload.of(prepared.network());
    // A worker computes one virtual shard at a time.
    long rows = Math.ceilDiv((long) spec.batch(), spec.shards());
    int vectors = vectors(spec.optimizer());
    return new Requirements(
        Requirements.Purpose.TRAIN,
        formats,
        workload instanceof Workload.Known known
            ? new Requirements.MemoryNeed(
                MemoryNeeds.trainingBytes(known, TRAINING_FORMAT, vectors, rows),
                "parameters, gradients"
                    + (vectors == 0 ? "" : ", optimizer state")
                    + " and activations")
            : null,
        1,
        workload,
        spec.batch(),
        prepared.steps());
  }

  private static Requirements inference(InferenceSpec spec, Known known) {
    var format = known.format();
    if (format == null) {
      // Whatever the model's numbers are, some device can hold them.
      return new Requirements(
          Requirements.Purpose.INFER,
          Set.of(NumberFormat.values()),
          null,
          1,
          null,
          spec.batch(),
          0);
    }
    var network = known.network();
    if (network == null) {
      return new Requirements(
          Requirements.Purpose.INFER, Set.of(format), null, 1, null, spec.batch(), 0);
    }
    var workload = Workload.of(network);
    return new Requirements(
        Requirements.Purpose.INFER,
        Set.of(format),
        workload instanceof Workload.Known sized
            ? new Requirements.MemoryNeed(
                MemoryNeeds.inferenceBytes(sized, format, spec.batch()),
                "parameters and activations")
            : null,
        1,
        workload,
        spec.batch(),
        Math.ceilDiv(known.rows(), (long) spec.batch()));
  }

  /** Values that an optimizer keeps for each parameter. */
  private static int vectors(Optimizer optimizer) {
    return switch (optimizer) {
      case Sgd sgd -> sgd.momentum() > 0 ? 1 : 0;
      case Adam adam -> 2;
      case AdamW adamw -> 2;
    };
  }
}
