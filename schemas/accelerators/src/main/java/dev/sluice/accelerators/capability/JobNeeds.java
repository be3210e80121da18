package dev.sluice.accelerators.capability;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.MemoryNeeds;
import dev.sluice.accelerators.cost.Workload;
import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.jobs.state.InferenceState;
import dev.sluice.platform.document.Spelling;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What jobs need of an accelerator, derived from the jobs themselves. */
public final class JobNeeds {

  /** Number format in which workers train. */
  public static final NumberFormat TRAINING_FORMAT = NumberFormat.FP32;

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
      return inference == null ? NOTHING : of(inference.model(), inference.rows());
    }

    /** What is known of a model version that is to answer rows. */
    public static Known of(ModelVersion model, long rows) {
      return new Known(
          null, NumberFormat.of(model.format()).orElse(NumberFormat.FP32), model.network(), rows);
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
      case InferenceSpec inference -> inference(inference.batchExpected(), known);
      // Tasks of many such jobs are answered together, as many rows at a time as fit.
      case PredictionSpec _ -> inference(1, known);
      case QuantisationSpec quantisation ->
          new Requirements(
              Requirements.Purpose.QUANTISE, Set.of(NumberFormat.values()), null, 1, null, 0, 0, 0);
    };
  }

  /**
   * Operators that a job's network uses, by their names in job files, in alphabetical order. No
   * vendor's support of single operators is in the catalogue, so nothing is refused for one; people
   * are told.
   *
   * @return empty where they aren't known, as in TorchScript
   */
  public static List<String> operators(Work work, Known known) {
    var network =
        switch (work) {
          case TrainingSpec training -> training.network();
          case InferenceSpec inference -> network(known);
          case QuantisationSpec quantisation -> network(known);
          case PredictionSpec prediction -> network(known);
        };
    return network instanceof LayerStack stack
        ? stack.layers().stream().map(JobNeeds::operator).distinct().sorted().toList()
        : List.of();
  }

  private static @Nullable Network network(Known known) {
    var facts = known.network();
    return facts == null ? null : facts.network();
  }

  private static String operator(Layer layer) {
    return switch (layer) {
      case Dense dense -> "dense";
      case Conv2d conv -> "conv2d";
      case MaxPool2d pool -> "max-pool2d";
      case AvgPool2d pool -> "avg-pool2d";
      case GlobalAvgPool pool -> "global-avg-pool";
      case Flatten flatten -> "flatten";
      case Dropout dropout -> "dropout";
      case BatchNorm norm -> "batch-norm";
      case LayerNorm norm -> "layer-norm";
      case Activation(var function) -> Spelling.of(function);
    };
  }

  private static Requirements training(TrainingSpec spec, @Nullable TrainingPrepared prepared) {
    var formats = Set.of(TRAINING_FORMAT);
    if (prepared == null) {
      return new Requirements(
          Requirements.Purpose.TRAIN, formats, null, 1, null, spec.batch(), 0, spec.shards());
    }
    var workload = Workload.of(prepared.network());
    long rows = prepared.dataset().rows();
    long batch = rows == 0 ? spec.batch() : Math.min(spec.batch(), rows);
    // A worker computes one virtual shard at a time.
    long shard = Math.ceilDiv(batch, (long) spec.shards());
    int vectors = vectors(spec.optimizer());
    // Replicas make more steps than the job counts, which are their exchanges.
    var replicas =
        spec.localSteps() == null || rows == 0 ? null : Rounds.of(spec, Math.toIntExact(rows));
    long steps = replicas == null ? prepared.steps() : replicas.steps();
    long perEpoch = replicas == null ? prepared.stepsPerEpoch() : replicas.stepsPerEpoch();
    return new Requirements(
        Requirements.Purpose.TRAIN,
        formats,
        need(MemoryNeeds.forTraining(workload, TRAINING_FORMAT, vectors, shard)),
        1,
        workload,
        batch,
        steps,
        // The last step of an epoch takes what the others left of the rows.
        rows == 0 || perEpoch == 0
            ? batch * steps
            : steps / perEpoch * rows + steps % perEpoch * batch,
        spec.shards());
  }

  private static Requirements inference(int batchMax, Known known) {
    var format = known.format();
    if (format == null) {
      // Whatever the model's numbers are, some device can hold them.
      return new Requirements(
          Requirements.Purpose.INFER, Set.of(NumberFormat.values()), null, 1, null, batchMax, 0, 0);
    }
    var network = known.network();
    if (network == null) {
      return new Requirements(
          Requirements.Purpose.INFER, Set.of(format), null, 1, null, batchMax, 0, 0);
    }
    var workload = Workload.of(network);
    long rows = known.rows();
    long batch = rows == 0 ? batchMax : Math.clamp(rows, 1, Math.max(1, batchMax));
    long batches = Math.ceilDiv(rows, Math.max(1, batch));
    // How full a batch gets isn't known before the rows are, and refuses nothing: one row is sure.
    int atATime = rows == 0 ? 1 : (int) batch;
    return new Requirements(
        Requirements.Purpose.INFER,
        Set.of(format),
        need(MemoryNeeds.forInference(workload, format, atATime)),
        1,
        workload,
        batch,
        batches,
        rows,
        batches);
  }

  private static Requirements.MemoryNeed need(MemoryNeeds needs) {
    return new Requirements.MemoryNeed(needs.total(), needs.what());
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
