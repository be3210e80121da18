package dev.sluice.worker.accelerator;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.cost.CostModel;
import dev.sluice.schemas.cost.MemoryNeeds;
import dev.sluice.schemas.cost.Prediction;
import dev.sluice.schemas.cost.Scenario;
import dev.sluice.schemas.cost.TrainingCost;
import dev.sluice.schemas.cost.TrainingPrediction;
import dev.sluice.schemas.cost.Workload;
import dev.sluice.schemas.job.FoldMemory;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ExportWork;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.InferWork;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.PrepareWork;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.QuantiseWork;
import dev.sluice.schemas.wire.TaskWork;
import dev.sluice.schemas.wire.TermWork;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
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

  /** Number format in which workers train. */
  private static final NumberFormat TRAINING = NumberFormat.FP32;

  /** Formats in which a model of 32-bit floats may run where the rate of these isn't published. */
  private static final List<NumberFormat> INSTEAD =
      List.of(NumberFormat.TF32, NumberFormat.BF16, NumberFormat.FP16);

  private static final double GB = 1e9;

  @Override
  public boolean modelled() {
    return true;
  }

  // ---- what it refuses

  @Override
  public Optional<Cause> objection(TaskWork work) {
    return switch (work) {
      case PrepareWork prepare ->
          switch (prepare.work()) {
            case TrainingSpec spec -> training();
            case InferenceSpec spec -> {
              var version = prepare.model();
              yield version == null ? Optional.empty() : inference(version, spec.batch());
            }
            case QuantisationSpec spec -> Optional.empty();
          };
      case TermWork term -> training().or(() -> trainingMemory(term));
      case ExportWork export -> training();
      case InferWork infer -> inference(infer.model(), infer.spec().batch());
      // Done on the host, whatever device is beside it, as vendors' own tools do it.
      case QuantiseWork quantise -> Optional.empty();
    };
  }

  private Optional<Cause> training() {
    var reasons = new ArrayList<String>();
    if (!model.trains()) {
      var published =
          switch (model.training().vendorSoftware()) {
            case YES, NO -> "there is no";
            case UNKNOWN -> "there is no published";
          };
      reasons.add(published + " training software for it");
    }
    lacks(TRAINING).ifPresent(reasons::add);
    return refused("train", reasons);
  }

  private Optional<Cause> inference(ModelVersion version, int batch) {
    var reasons = new ArrayList<String>();
    if (!model.infers()) {
      reasons.add("there is no inference software for it");
    }
    var format = format(version);
    lacks(format).ifPresent(reasons::add);
    var named = "run " + version.name() + "@" + version.version();
    return refused(named, reasons)
        .or(
            () ->
                known(version.network())
                    .map(needs -> MemoryNeeds.inferenceBytes(needs, format, Math.max(1, batch)))
                    .flatMap(bytes -> tooLarge(named, bytes, "parameters and activations")));
  }

  private Optional<Cause> trainingMemory(TermWork term) {
    var spec = term.spec();
    long rows = Math.ceilDiv((long) spec.batch(), spec.shards());
    int vectors = FoldMemory.of(spec, 0).moments();
    return known(term.prepared().network())
        .map(needs -> MemoryNeeds.trainingBytes(needs, TRAINING, vectors, rows))
        .flatMap(
            bytes ->
                tooLarge("train", bytes, "parameters, gradients, optimizer state and activations"));
  }

  private Optional<String> lacks(NumberFormat format) {
    return model.formats().contains(format)
        ? Optional.empty()
        : Optional.of(
            "the numbers are "
                + format.label()
                + ", and it computes in "
                + labels(model.formats()));
  }

  private Optional<Cause> refused(String what, List<String> reasons) {
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Cause(
                Fault.OUR_FAULT,
                "accelerator",
                model.id() + " cannot " + what + ".",
                capitalised(String.join("; ", reasons)) + ".",
                "Admission should have kept the task away: give coordinators and workers the same"
                    + " catalogue files, and report the defect if they have them."));
  }

  private Optional<Cause> tooLarge(String what, double bytes, String needs) {
    var has = model.memory().gigabytes();
    return has == null || bytes <= has * GB
        ? Optional.empty()
        : Optional.of(
            new Cause(
                Fault.NO_CAPACITY,
                "accelerator",
                model.id() + " cannot " + what + ".",
                String.format(
                    Locale.ROOT,
                    "It needs %.3g GB for %s, and has %.3g GB.",
                    bytes / GB,
                    needs,
                    has),
                "Use a smaller network or batch, or a lane whose accelerator has more memory."));
  }

  private static NumberFormat format(ModelVersion version) {
    return NumberFormat.of(version.format()).orElse(NumberFormat.FP32);
  }

  private static Optional<Workload.Known> known(NetworkFacts network) {
    return Workload.of(network) instanceof Workload.Known known
        ? Optional.of(known)
        : Optional.empty();
  }

  private static String labels(Collection<NumberFormat> formats) {
    return formats.isEmpty()
        ? "no format that is published"
        : formats.stream().map(NumberFormat::label).collect(Collectors.joining(", "));
  }

  private static String capitalised(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  // ---- what it would have taken

  @Override
  public @Nullable Modelled inference(InferWork work) {
    var format = rated(format(work.model()));
    if (format.isEmpty()) {
      return null;
    }
    var scenario = work.spec().batch() > 1 ? Scenario.OFFLINE : Scenario.SINGLE_STREAM;
    var workload = Workload.of(work.model().network());
    double rows = work.rowTo() - work.rowFrom();
    return switch (CostModel.builtIn().predict(model, workload, scenario, format, 1)) {
      case Prediction.Predicted each ->
          new Modelled(rows / each.samplesPerSecond(), times(each.energyJPerSample(), rows));
      case Prediction.Impossible impossible -> null;
      case Prediction.Unknown unknown -> null;
    };
  }

  @Override
  public @Nullable Modelled training(TermWork work, long samples, long steps) {
    var format = rated(TRAINING);
    if (format.isEmpty() || steps == 0) {
      return null;
    }
    long perStep = Math.max(1, Math.ceilDiv(samples, steps));
    var workload = Workload.of(work.prepared().network());
    return switch (TrainingCost.predict(model, workload, format, perStep, 1)) {
      case TrainingPrediction.Predicted each ->
          new Modelled(each.stepSeconds() * steps, times(each.joulesPerStep(), (double) steps));
      case TrainingPrediction.Impossible impossible -> null;
      case TrainingPrediction.Unknown unknown -> null;
    };
  }

  /**
   * The format whose rate counts: the model's own, or, of 32-bit floats at a rate that isn't
   * published, the fastest float format that is, to which the vendors' compilers convert.
   */
  private Optional<NumberFormat> rated(NumberFormat format) {
    if (model.peak(format).isPresent()) {
      return Optional.of(format);
    }
    return format == NumberFormat.FP32
        ? INSTEAD.stream()
            .filter(other -> model.peak(other).isPresent())
            .max(Comparator.comparingDouble(other -> model.peak(other).orElse(0)))
        : Optional.empty();
  }

  private static @Nullable Double times(@Nullable Double each, double count) {
    return each == null ? null : Double.valueOf(each * count);
  }
}
