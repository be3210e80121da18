package dev.sluice.producer.cli;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.cost.Interval;
import dev.sluice.schemas.cost.ModelCost;
import dev.sluice.schemas.cost.Prediction;
import dev.sluice.schemas.cost.Scenario;
import dev.sluice.schemas.cost.Terms;
import dev.sluice.schemas.cost.TrainingPrediction;
import dev.sluice.schemas.cost.Workload;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Predictions as JSON. */
final class PredictAnswer {

  private static final String MODELLED = "modelled";

  private PredictAnswer() {}

  /** What was asked of inference. */
  record Question(
      AcceleratorModel device,
      ModelCost model,
      Scenario scenario,
      Optional<NumberFormat> format,
      int count) {}

  /** What was asked of training. */
  record TrainingQuestion(
      AcceleratorModel device,
      ModelCost model,
      Optional<NumberFormat> format,
      long samplesPerDevice,
      boolean ofTokens,
      int count) {}

  /**
   * A prediction of inference.
   *
   * @param samplesPerSecond of all accelerators together; null unless it is predicted
   * @param energyJPerSample most that the accelerators alone take; null: not published
   * @param reasons why it isn't predicted
   */
  record Inference(
      String accelerator,
      String model,
      String scenario,
      @Nullable String format,
      int count,
      String basis,
      String verdict,
      @Nullable Double samplesPerSecond,
      @Nullable Double latencyMs,
      @Nullable Double energyJPerSample,
      @Nullable String bound,
      @Nullable Terms terms,
      @Nullable Interval interval,
      @Nullable Double tokensPerSecond,
      List<String> reasons,
      List<String> notes) {}

  /**
   * A prediction of a training step.
   *
   * @param unit what a batch counts: samples or tokens
   * @param unitsPerSecond of all accelerators together; null unless it is predicted
   * @param joulesPerStep most that the accelerators alone take; null: not published
   * @param reasons why it isn't predicted
   */
  record Training(
      String accelerator,
      String model,
      @Nullable String format,
      int count,
      long batch,
      String unit,
      String basis,
      String verdict,
      @Nullable Double stepSeconds,
      @Nullable Double unitsPerSecond,
      @Nullable Double computeSeconds,
      @Nullable Double memorySeconds,
      @Nullable Double allReduceSeconds,
      @Nullable Double exposedSeconds,
      @Nullable Double scalingEfficiency,
      @Nullable Double joulesPerStep,
      @Nullable Boolean sharded,
      List<String> reasons,
      List<String> notes) {}

  /** Whether a step of training counts tokens. */
  static boolean isOfTokens(Workload workload) {
    return switch (workload) {
      case Workload.Decoder decoder -> true;
      case Workload.TrainingOnly training -> true;
      case Workload.Network network -> false;
      case Workload.Unknown unknown -> false;
    };
  }

  static Inference json(Question question, Prediction prediction) {
    return switch (prediction) {
      case Prediction.Predicted p ->
          new Inference(
              question.device.id(),
              question.model.id(),
              question.scenario.label(),
              p.format().label(),
              question.count,
              MODELLED,
              "predicted",
              p.samplesPerSecond(),
              p.latencyMs(),
              p.energyJPerSample(),
              p.bound().label(),
              p.terms(),
              p.interval(),
              p.tokensPerSecond(),
              List.of(),
              p.notes());
      case Prediction.Impossible(var reasons) -> none(question, "impossible", reasons);
      case Prediction.Unknown(var reasons) -> none(question, "unknown", reasons);
    };
  }

  private static Inference none(Question question, String verdict, List<String> reasons) {
    return new Inference(
        question.device.id(),
        question.model.id(),
        question.scenario.label(),
        question.format.map(NumberFormat::label).orElse(null),
        question.count,
        MODELLED,
        verdict,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        reasons,
        List.of());
  }

  static Training json(TrainingQuestion question, TrainingPrediction prediction) {
    return switch (prediction) {
      case TrainingPrediction.Predicted p ->
          new Training(
              question.device.id(),
              question.model.id(),
              p.format().label(),
              question.count,
              question.samplesPerDevice,
              unit(question),
              MODELLED,
              "predicted",
              p.stepSeconds(),
              perSecond(question, p),
              p.computeSeconds(),
              p.memorySeconds(),
              p.allReduceSeconds(),
              p.exposedSeconds(),
              p.scalingEfficiency(),
              p.joulesPerStep(),
              p.sharded(),
              List.of(),
              p.notes());
      case TrainingPrediction.Impossible(var reasons) -> none(question, "impossible", reasons);
      case TrainingPrediction.Unknown(var reasons) -> none(question, "unknown", reasons);
    };
  }

  private static Training none(TrainingQuestion question, String verdict, List<String> reasons) {
    return new Training(
        question.device.id(),
        question.model.id(),
        question.format.map(NumberFormat::label).orElse(null),
        question.count,
        question.samplesPerDevice,
        unit(question),
        MODELLED,
        verdict,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        reasons,
        List.of());
  }

  /** What a step counts. */
  static String unit(TrainingQuestion question) {
    return question.ofTokens ? "tokens" : "samples";
  }

  /** Samples or tokens that all accelerators train on in a second. */
  static double perSecond(TrainingQuestion question, TrainingPrediction.Predicted predicted) {
    return (double) question.samplesPerDevice * question.count / predicted.stepSeconds();
  }
}
