package dev.sluice.planner;

import dev.sluice.accelerators.capability.Requirements.MemoryNeed;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.CostModel;
import dev.sluice.accelerators.cost.MemoryNeeds;
import dev.sluice.accelerators.cost.Prediction;
import dev.sluice.accelerators.cost.TrainingCost;
import dev.sluice.accelerators.cost.TrainingPrediction;
import dev.sluice.accelerators.cost.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the cost model says. Nothing of it was measured. */
public final class CostForecaster implements Forecaster {

  /**
   * Bytes of each parameter in training with Adam: parameter and gradient in 16 bits, and in 32
   * bits the parameter again and two moments; without 16-bit copies it is the same, as gradients
   * take 32.
   */
  private static final double TRAINING_BYTES_PER_PARAMETER = 16;

  @Override
  public @Nullable MemoryNeed memory(JobClass job, NumberFormat format) {
    if (job.trains()) {
      return new MemoryNeed(
          job.model().parameters() * TRAINING_BYTES_PER_PARAMETER,
          "parameters, gradients and Adam state");
    }
    var workload = Workload.of(job.model());
    if (workload instanceof Workload.Unknown) {
      return null;
    }
    var needs = MemoryNeeds.forInference(workload, format, 1);
    return new MemoryNeed(needs.total(), needs.what() + " in " + format.label());
  }

  @Override
  public Outlook outlook(JobClass job, PlannedLane lane, NumberFormat format, int devices) {
    return job.trains()
        ? training(job, lane, format, devices)
        : inference(job, lane, format, devices);
  }

  /** Workers of a job answer their shares of its samples side by side. */
  private static Outlook inference(
      JobClass job, PlannedLane lane, NumberFormat format, int devices) {
    var prediction =
        CostModel.builtIn()
            .predict(
                lane.model(),
                Workload.of(job.model()),
                job.work().scenario(),
                Optional.of(format),
                lane.group());
    return switch (prediction) {
      case Prediction.Predicted predicted -> {
        double samples = job.work().samples();
        int workers = Math.max(1, devices / lane.group());
        var each = predicted.energyJPerSample();
        yield new Outlook.Runs(
            samples / predicted.samplesPerSecond() / workers,
            each == null ? null : Double.valueOf(each * samples),
            predicted.bound().label(),
            predicted.notes());
      }
      case Prediction.Impossible(var reasons) -> new Outlook.Cannot(reasons);
      case Prediction.Unknown(var reasons) -> new Outlook.Unknown(reasons);
    };
  }

  private static Outlook training(
      JobClass job, PlannedLane lane, NumberFormat format, int devices) {
    long each = Math.ceilDiv(job.work().batch(), (long) devices);
    var prediction =
        TrainingCost.predict(
            lane.model(), Workload.of(job.model()), Optional.of(format), each, devices);
    return switch (prediction) {
      case TrainingPrediction.Predicted predicted -> {
        long steps = job.work().steps();
        var joules = predicted.joulesPerStep();
        yield new Outlook.Runs(
            predicted.stepSeconds() * steps,
            joules == null ? null : Double.valueOf(joules * steps),
            bound(predicted),
            notes(predicted, devices));
      }
      case TrainingPrediction.Impossible(var reasons) -> new Outlook.Cannot(reasons);
      case TrainingPrediction.Unknown(var reasons) -> new Outlook.Unknown(reasons);
    };
  }

  private static String bound(TrainingPrediction.Predicted step) {
    double rest = Math.max(step.memorySeconds(), step.exposedSeconds());
    if (step.computeSeconds() >= rest) {
      return "compute";
    }
    return step.memorySeconds() >= step.exposedSeconds() ? "memory" : "interconnect";
  }

  private static List<String> notes(TrainingPrediction.Predicted step, int devices) {
    var notes = new ArrayList<>(step.notes());
    if (devices > 1) {
      notes.add("Scaling efficiency " + Figures.percent(step.scalingEfficiency()) + ".");
    }
    if (step.sharded()) {
      notes.add("Parameters, gradients and Adam state are spread over the devices.");
    }
    return notes;
  }
}
