package dev.sluice.producer.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.cost.Bound;
import dev.sluice.accelerators.cost.Prediction;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.accelerators.cost.TrainingPrediction;
import dev.sluice.accelerators.cost.Workload;
import dev.sluice.platform.document.Amounts;
import dev.sluice.platform.document.Spelling;
import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.producer.api.ApiJson;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A prediction for people and programs.
 *
 * @param accelerator the accelerator model
 * @param model id of the model
 * @param count number of accelerators
 * @param asked the number format that was asked for
 */
record PredictionReport(
    AcceleratorModel accelerator, String model, int count, Optional<String> asked) {

  private static final int LABELS = 14;

  /** Prints a prediction of inference. */
  ExitCode inference(Prediction prediction, Workload workload, Scenario scenario, Output output) {
    var document = document();
    document.put("scenario", scenario.label());
    var title = title() + ", " + scenario.label();
    return switch (prediction) {
      case Prediction.Impossible(var reasons) ->
          refused("impossible", reasons, document, title, output);
      case Prediction.Unknown(var reasons) -> refused("unknown", reasons, document, title, output);
      case Prediction.Predicted predicted -> {
        write(predicted, workload, document);
        output.result(document, text(predicted, workload, scenario, title, output.columns()));
        yield ExitCode.OK;
      }
    };
  }

  private void write(Prediction.Predicted predicted, Workload workload, ObjectNode document) {
    document.put("verdict", "possible");
    document.put("format", predicted.format().label());
    document.put("samplesPerSecond", predicted.samplesPerSecond());
    if (workload instanceof Workload.Decoder decoder) {
      document.put("tokensPerSecond", predicted.samplesPerSecond() * decoder.tokensPerSample());
    }
    document.put("latencyMs", predicted.latencyMs());
    document.put("energyJPerSample", predicted.energyJPerSample());
    document.put("energyOf", Spelling.of(accelerator.power().scope()));
    document.put("bound", predicted.bound().label());
    var terms = document.putObject("termsMsPerSample");
    for (var bound : Bound.values()) {
      terms.put(camel(bound), predicted.terms().of(bound) * 1e3);
    }
    document
        .putObject("interval")
        .put("low", predicted.interval().low())
        .put("high", predicted.interval().high());
    notes(predicted.notes(), document);
  }

  private String text(
      Prediction.Predicted predicted,
      Workload workload,
      Scenario scenario,
      String title,
      int columns) {
    var head = title + ", " + predicted.format().label() + " (modelled)";
    var facts = new Facts(0, LABELS, columns);
    facts.line(
        "throughput",
        rate(predicted.samplesPerSecond())
            + " samples/s; in four of five cases "
            + rate(predicted.interval().low())
            + " to "
            + rate(predicted.interval().high()));
    if (workload instanceof Workload.Decoder decoder) {
      double tokens = predicted.samplesPerSecond() * decoder.tokensPerSample();
      facts.line("", rate(tokens) + " tokens/s");
    }
    facts.line(
        "latency",
        Amounts.of(predicted.latencyMs() / 1e3, "s")
            + switch (scenario) {
              case OFFLINE -> " of a batch";
              case SINGLE_STREAM -> " of a sample";
            });
    facts.line("energy", energy(predicted.energyJPerSample(), "sample"));
    facts.line("bound by", predicted.bound().label());
    for (var bound : Bound.values()) {
      double seconds = predicted.terms().of(bound);
      if (seconds > 0) {
        facts.line("  " + bound.label(), Amounts.of(seconds, "s") + " per sample");
      }
    }
    predicted.notes().forEach(note -> facts.line("note", note));
    return TerminalText.paragraph(head, columns, 2) + facts;
  }

  /** Prints a prediction of training. */
  ExitCode training(
      TrainingPrediction prediction, Workload workload, long samplesPerDevice, Output output) {
    var document = document();
    document.put("training", true);
    document.put("samplesPerDevice", samplesPerDevice);
    var unit = unit(workload);
    var title = title() + ", training on " + samplesPerDevice + " " + unit + " each";
    return switch (prediction) {
      case TrainingPrediction.Impossible(var reasons) ->
          refused("impossible", reasons, document, title, output);
      case TrainingPrediction.Unknown(var reasons) ->
          refused("unknown", reasons, document, title, output);
      case TrainingPrediction.Predicted predicted -> {
        write(predicted, document);
        output.result(document, text(predicted, unit, title, output.columns()));
        yield ExitCode.OK;
      }
    };
  }

  private static String unit(Workload workload) {
    return switch (workload) {
      case Workload.FeedForward network -> "samples";
      case Workload.Decoder decoder -> "tokens";
      case Workload.TrainingOnly training -> "tokens";
      case Workload.Unknown unknown -> "samples";
    };
  }

  private void write(TrainingPrediction.Predicted predicted, ObjectNode document) {
    document.put("verdict", "possible");
    document.put("format", predicted.format().label());
    document.put("stepSeconds", predicted.stepSeconds());
    document.put("samplesPerSecond", predicted.samplesPerSecond());
    document.put("scalingEfficiency", predicted.scalingEfficiency());
    document.put("energyJPerStep", predicted.joulesPerStep());
    document.put("energyOf", Spelling.of(accelerator.power().scope()));
    document.put("bound", predicted.bound().label());
    document
        .putObject("termsSecondsPerStep")
        .put("compute", predicted.computeSeconds())
        .put("memory", predicted.memorySeconds())
        .put("interconnect", predicted.exposedSeconds());
    document.put("allReduceSeconds", predicted.allReduceSeconds());
    document.put("sharded", predicted.sharded());
    notes(predicted.notes(), document);
  }

  private String text(
      TrainingPrediction.Predicted predicted, String unit, String title, int columns) {
    var head = title + ", " + predicted.format().label() + " (modelled)";
    var facts = new Facts(0, LABELS, columns);
    facts.line("step", Amounts.of(predicted.stepSeconds(), "s"));
    facts.line("throughput", rate(predicted.samplesPerSecond()) + " " + unit + "/s");
    facts.line(
        "scaling",
        String.format(Locale.ROOT, "%.1f %%", predicted.scalingEfficiency() * 100)
            + " of the speed without exchange");
    facts.line("energy", energy(predicted.joulesPerStep(), "step"));
    facts.line("bound by", predicted.bound().label());
    facts.line("  compute", Amounts.of(predicted.computeSeconds(), "s") + " per step");
    facts.line("  memory", Amounts.of(predicted.memorySeconds(), "s") + " per step");
    if (predicted.allReduceSeconds() > 0) {
      facts.line(
          "  interconnect",
          Amounts.of(predicted.exposedSeconds(), "s")
              + " per step, of "
              + Amounts.of(predicted.allReduceSeconds(), "s")
              + " of all-reduce, of which the backward pass hides the rest");
    }
    if (predicted.sharded()) {
      facts.line("sharded", "parameters and optimizer state are spread over all devices");
    }
    predicted.notes().forEach(note -> facts.line("note", note));
    return TerminalText.paragraph(head, columns, 2) + facts;
  }

  private ExitCode refused(
      String verdict, List<String> reasons, ObjectNode document, String title, Output output) {
    document.put("verdict", verdict);
    document.put("format", asked.orElse(null));
    var list = document.putArray("reasons");
    reasons.forEach(list::add);
    var facts = new Facts(0, LABELS, output.columns());
    reasons.forEach(reason -> facts.line("because", reason));
    output.result(
        document, TerminalText.paragraph(title + ": " + verdict, output.columns(), 2) + facts);
    return ExitCode.JOB_FAILED;
  }

  private ObjectNode document() {
    var document = ApiJson.MAPPER.createObjectNode();
    document.put("accelerator", accelerator.id());
    document.put("model", model);
    document.put("count", count);
    document.put("label", "modelled");
    return document;
  }

  private String title() {
    return (count == 1 ? "" : Text.count(count) + " x ") + accelerator.id() + ", " + model;
  }

  private String energy(@Nullable Double joules, String of) {
    return joules == null
        ? "unknown: the thermal design power isn't published"
        : "at most "
            + Amounts.of(joules, "J")
            + " per "
            + of
            + switch (accelerator.power().scope()) {
              case DEVICE -> ", without the host";
              case MODULE -> " of the module, its processor included";
            };
  }

  private static String rate(double perSecond) {
    return perSecond >= 1000 ? Text.count(Math.round(perSecond)) : Amounts.number(perSecond);
  }

  private static void notes(List<String> notes, ObjectNode document) {
    var list = document.putArray("notes");
    notes.forEach(list::add);
  }

  /** The name of a term in documents. */
  private static String camel(Bound bound) {
    return switch (bound) {
      case COMPUTE -> "compute";
      case MEMORY -> "memory";
      case HOST_LINK -> "hostLink";
      case OVERHEAD -> "overhead";
      case INTERCONNECT -> "interconnect";
    };
  }
}
