package dev.sluice.worker.accelerator;

import dev.sluice.accelerators.capability.Capability;
import dev.sluice.accelerators.capability.JobNeeds;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.CostModel;
import dev.sluice.accelerators.cost.Prediction;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.accelerators.cost.TrainingCost;
import dev.sluice.accelerators.cost.TrainingPrediction;
import dev.sluice.accelerators.cost.Workload;
import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Reason;
import dev.sluice.schemas.wire.Work;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.InferWork;
import dev.sluice.worker.work.PrepareWork;
import dev.sluice.worker.work.QuantiseWork;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A device that is not there: tasks are computed on the host's processor, under the constraints of
 * the device, with what the cost model says that it would have taken.
 *
 * <p>The ledger admits jobs by the same rules. That they are kept here too is the second line of
 * defence: whatever reaches this worker's lane, no task runs on a device whose model says that it
 * cannot. It is never stricter: what is not published refuses nothing.
 *
 * @param model the device
 */
public record ModelledAccelerator(AcceleratorModel model) implements Accelerator {

  @Override
  public boolean modelled() {
    return true;
  }

  @Override
  public Optional<Cause> objection(TaskWork work) {
    return switch (work) {
      case PrepareWork prepare -> objection(prepare.work(), known(prepare.model()));
      case TermWork term -> objection(term.spec(), JobNeeds.Known.of(term.prepared()));
      case ExportWork export -> objection(export.spec(), JobNeeds.Known.of(export.prepared()));
      case InferWork infer ->
          objection(
              infer.spec(), JobNeeds.Known.of(infer.model(), infer.rowTo() - infer.rowFrom()));
      case QuantiseWork quantise -> objection(quantise.spec(), JobNeeds.Known.NOTHING);
    };
  }

  private static JobNeeds.Known known(@Nullable ModelVersion version) {
    return version == null ? JobNeeds.Known.NOTHING : JobNeeds.Known.of(version, 0);
  }

  private Optional<Cause> objection(Work work, JobNeeds.Known known) {
    var reasons = Capability.objections(JobNeeds.of(work, known), model);
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Cause(
                Code.MISPLACED_TASK,
                "accelerator",
                model.id() + " cannot do this.",
                Reason.sentences(reasons),
                "Admission should have kept the task away: give coordinators and workers the same"
                    + " catalogue files, and report the defect if they have them."));
  }

  @Override
  public Optional<Cause> objection(ModelVersion version) {
    var spec = new PredictionSpec(version.name(), "latest", ByteBuffer.allocate(0), List.of());
    return objection(spec, JobNeeds.Known.of(version, 0));
  }

  @Override
  public @Nullable Modelled inference(ModelVersion version, long rows, int batch) {
    var format = Capability.rated(Set.of(format(version)), model);
    if (format.isEmpty()) {
      return null;
    }
    var scenario = batch > 1 ? Scenario.OFFLINE : Scenario.SINGLE_STREAM;
    var workload = Workload.of(version.network());
    int together = Math.clamp(rows, 1, Math.max(1, batch));
    return switch (CostModel.builtIn().predict(model, workload, scenario, format, 1, together)) {
      case Prediction.Predicted each ->
          new Modelled(
              (double) rows / each.samplesPerSecond(),
              times(each.energyJPerSample(), (double) rows));
      case Prediction.Impossible impossible -> null;
      case Prediction.Unknown unknown -> null;
    };
  }

  @Override
  public @Nullable Modelled training(TermWork work, long samples, long steps) {
    var format = Capability.rated(Set.of(JobNeeds.TRAINING_FORMAT), model);
    if (format.isEmpty() || steps == 0) {
      return null;
    }
    long all = work.spec().localSteps() == null ? steps : ofReplicas(work, steps);
    long perStep = Math.max(1, Math.ceilDiv(samples, all));
    var workload = Workload.of(work.prepared().network());
    return switch (TrainingCost.predict(model, workload, format, perStep, 1)) {
      case TrainingPrediction.Predicted each ->
          new Modelled(each.stepSeconds() * all, times(each.joulesPerStep(), (double) all));
      case TrainingPrediction.Impossible impossible -> null;
      case TrainingPrediction.Unknown unknown -> null;
    };
  }

  /** Rounds at the end of an epoch may have fewer steps than others: on average, then. */
  private static long ofReplicas(TermWork work, long rounds) {
    var all = Rounds.of(work.spec(), Math.toIntExact(work.prepared().dataset().rows()));
    return Math.max(1, Math.round((double) rounds * all.steps() / all.count()));
  }

  private static NumberFormat format(ModelVersion version) {
    return NumberFormat.of(version.format()).orElse(NumberFormat.FP32);
  }

  private static @Nullable Double times(@Nullable Double each, double count) {
    return each == null ? null : Double.valueOf(each * count);
  }
}
