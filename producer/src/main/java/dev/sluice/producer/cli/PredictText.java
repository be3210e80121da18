package dev.sluice.producer.cli;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.cost.Bound;
import dev.sluice.schemas.cost.Prediction;
import dev.sluice.schemas.cost.TrainingPrediction;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Predictions for people. */
final class PredictText {

  private static final int LABEL_CHARS = 12;
  private static final int LINE_CHARS = 100;
  private static final MathContext DIGITS = new MathContext(4);
  private static final double MS = 1e3;

  private final StringBuilder text = new StringBuilder();

  private PredictText() {}

  static String of(PredictAnswer.Question question, Prediction prediction) {
    var answer = new PredictText();
    answer.line(
        "question",
        devices(question.count(), question.device())
            + " answering "
            + question.model().name()
            + ", "
            + question.scenario().label());
    switch (prediction) {
      case Prediction.Predicted predicted -> answer.predicted(predicted);
      case Prediction.Impossible(var reasons) -> answer.none("impossible", reasons);
      case Prediction.Unknown(var reasons) -> answer.none("unknown", reasons);
    }
    return answer.text.toString();
  }

  static String of(PredictAnswer.TrainingQuestion question, TrainingPrediction prediction) {
    var answer = new PredictText();
    answer.line(
        "question",
        devices(question.count(), question.device())
            + " training "
            + question.model().name()
            + ", "
            + Text.count(question.samplesPerDevice())
            + " "
            + PredictAnswer.unit(question)
            + " each a step");
    switch (prediction) {
      case TrainingPrediction.Predicted predicted -> answer.predicted(question, predicted);
      case TrainingPrediction.Impossible(var reasons) -> answer.none("impossible", reasons);
      case TrainingPrediction.Unknown(var reasons) -> answer.none("unknown", reasons);
    }
    return answer.text.toString();
  }

  private static String devices(int count, AcceleratorModel device) {
    return (count == 1 ? "" : Text.count(count) + " x ") + device.id();
  }

  private void predicted(Prediction.Predicted predicted) {
    line("basis", "modelled from published figures; nothing was measured");
    line("format", predicted.format().label());
    var interval = predicted.interval();
    line(
        "rate",
        number(predicted.samplesPerSecond())
            + " samples/s, probably "
            + number(interval.low())
            + " to "
            + number(interval.high()));
    var tokens = predicted.tokensPerSecond();
    if (tokens != null) {
      line("tokens", number(tokens) + " tokens/s");
    }
    line("latency", number(predicted.latencyMs()) + " ms");
    var energy = predicted.energyJPerSample();
    line(
        "energy",
        energy == null
            ? "unknown: the power isn't published"
            : "at most " + number(energy) + " J a sample, by the accelerator's design power");
    line("bound by", predicted.bound().label());
    var parts = new ArrayList<String>();
    for (var part : Bound.values()) {
      double seconds = predicted.terms().seconds(part);
      if (seconds > 0) {
        parts.add(part.label() + " " + number(seconds * MS) + " ms");
      }
    }
    line("a sample", String.join(", ", parts) + (tokens == null ? "; these overlap in part" : ""));
    notes(predicted.notes());
  }

  private void predicted(
      PredictAnswer.TrainingQuestion question, TrainingPrediction.Predicted predicted) {
    line("basis", "modelled from published figures; nothing was measured or fitted");
    line("format", predicted.format().label());
    line("step", number(predicted.stepSeconds() * MS) + " ms");
    line(
        "rate",
        number(PredictAnswer.perSecond(question, predicted))
            + " "
            + PredictAnswer.unit(question)
            + "/s");
    line(
        "parts",
        "compute %s ms, optimizer %s ms, all-reduce %s ms of which %s ms show"
            .formatted(
                number(predicted.computeSeconds() * MS),
                number(predicted.memorySeconds() * MS),
                number(predicted.allReduceSeconds() * MS),
                number(predicted.exposedSeconds() * MS)));
    line(
        "scaling",
        "%s of the step is work; activations' memory and stragglers are not in it"
            .formatted(Text.percent(predicted.scalingEfficiency())));
    line(
        "state",
        predicted.sharded()
            ? "spread over the accelerators, as one doesn't hold it"
            : "whole on each accelerator");
    var energy = predicted.joulesPerStep();
    line(
        "energy",
        energy == null
            ? "unknown: the power isn't published"
            : "at most " + number(energy) + " J a step, by the accelerators' design power");
    notes(predicted.notes());
  }

  private void none(String verdict, List<String> reasons) {
    line("verdict", verdict);
    reasons.forEach(reason -> line("because", reason));
  }

  private void notes(List<String> notes) {
    notes.forEach(note -> line("note", note));
  }

  private void line(String label, String value) {
    var lines = Text.wrapped(value, LINE_CHARS - LABEL_CHARS);
    for (int i = 0; i < lines.size(); i++) {
      text.append(String.format(Locale.ROOT, "%-" + LABEL_CHARS + "s", i == 0 ? label : ""))
          .append(lines.get(i))
          .append('\n');
    }
  }

  /** Four digits, which is more than a prediction is worth, and no exponent. */
  private static String number(double value) {
    return value >= 1e4
        ? Text.count(Math.round(value))
        : new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
  }
}
