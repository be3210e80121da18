package dev.sluice.coordinator.placement;

import dev.sluice.accelerators.capability.Capability;
import dev.sluice.accelerators.capability.Requirements;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.CostModel;
import dev.sluice.accelerators.cost.Prediction;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.accelerators.cost.TrainingCost;
import dev.sluice.accelerators.cost.TrainingPrediction;
import dev.sluice.accelerators.cost.Workload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a whole job takes on some devices of one kind, by the cost model.
 *
 * @param seconds time, in seconds; null: not known
 * @param joules energy of the devices, at most, in joules; null: not known
 */
public record Estimate(@Nullable Double seconds, @Nullable Double joules) {

  /** Nothing can be said. */
  public static final Estimate UNKNOWN = new Estimate(null, null);

  /**
   * The estimate of a job.
   *
   * @param needs what the job needs
   * @param model kind of device
   * @param devices how many share the work
   */
  public static Estimate of(Requirements needs, AcceleratorModel model, int devices) {
    var workload = needs.workload();
    var format = Capability.rated(needs.formats(), model);
    if (workload == null || needs.batches() == 0 || format.isEmpty()) {
      return UNKNOWN;
    }
    // Idle workers beside the last shard or batch do nothing for the job, and take nothing.
    int used =
        (int) Math.clamp((long) devices, 1, Math.max(1, needs.workersMax()) * needs.devices());
    return switch (needs.purpose()) {
      case TRAIN -> training(needs, workload, model, format, used);
      case INFER -> inference(needs, workload, model, format, used);
      case QUANTISE -> UNKNOWN;
    };
  }

  private static Estimate inference(
      Requirements needs,
      Workload workload,
      AcceleratorModel model,
      Optional<NumberFormat> format,
      int devices) {
    var prediction =
        CostModel.builtIn()
            .predict(
                model,
                workload,
                Scenario.OFFLINE,
                format,
                needs.devices(),
                Math.clamp(needs.batch(), 1, Integer.MAX_VALUE));
    return switch (prediction) {
      case Prediction.Predicted predicted -> {
        double samples = (double) needs.samples();
        int shares = Math.max(1, devices / needs.devices());
        var each = predicted.energyJPerSample();
        yield new Estimate(
            samples / predicted.samplesPerSecond() / shares,
            each == null ? null : Double.valueOf(each * samples));
      }
      case Prediction.Impossible impossible -> UNKNOWN;
      case Prediction.Unknown unknown -> UNKNOWN;
    };
  }

  private static Estimate training(
      Requirements needs,
      Workload workload,
      AcceleratorModel model,
      Optional<NumberFormat> format,
      int devices) {
    long each = Math.max(1, Math.ceilDiv(needs.batch(), (long) devices));
    var prediction = TrainingCost.predict(model, workload, format, each, devices);
    return switch (prediction) {
      case TrainingPrediction.Predicted predicted -> {
        var joules = predicted.joulesPerStep();
        yield new Estimate(
            predicted.stepSeconds() * needs.batches(),
            joules == null ? null : Double.valueOf(joules * needs.batches()));
      }
      case TrainingPrediction.Impossible impossible -> UNKNOWN;
      case TrainingPrediction.Unknown unknown -> UNKNOWN;
    };
  }
}
