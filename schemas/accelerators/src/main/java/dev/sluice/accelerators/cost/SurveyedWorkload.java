package dev.sluice.accelerators.cost;

import dev.sluice.platform.document.Amounts;
import java.util.List;

/** What is known of well-known models, as workloads. */
final class SurveyedWorkload {

  private SurveyedWorkload() {}

  static Workload of(ModelCost model) {
    var ranges = model.flops().stream().filter(Flops::isRange).toList();
    if (!ranges.isEmpty()) {
      var range = ranges.getFirst();
      return unknown(
          model,
          "only a range of operations is published, "
              + Amounts.of(range.least(), "FLOP")
              + " to "
              + Amounts.of(range.most(), "FLOP")
              + ", and not what a sample is");
    }
    return switch (model.structure()) {
      case Structure.FeedForward structure -> feedForward(model, structure);
      case Structure.Decoder lengths -> decoder(model, lengths);
      case null -> withoutStructure(model);
    };
  }

  private static Workload feedForward(ModelCost model, Structure.FeedForward structure) {
    var usual = model.flops(Flops.Per.SAMPLE);
    var own = structure.flops();
    if (own == null && usual.isEmpty()) {
      return unknown(model, "its operations per sample aren't known");
    }
    double flops = own == null ? usual.orElseThrow().least() : own;
    var singleStream = structure.singleStreamFlops();
    return new Workload.FeedForward(
        model.id(),
        Workload.Origin.SURVEYED,
        model.accuracy(),
        structure.family(),
        structure.detector(),
        model.parameters(),
        flops,
        singleStream == null ? flops : singleStream,
        structure.activations(),
        structure.activationsLargest(),
        structure.activations() / 2, // what one layer writes another reads
        structure.layers(),
        structure.inputBytes());
  }

  private static Workload decoder(ModelCost model, Structure.Decoder lengths) {
    var flops = model.flops(Flops.Per.TOKEN);
    var shape = model.shape();
    var cache = shape.kvBytesPerToken();
    var layers = shape.layers();
    var hidden = shape.hidden();
    if (flops.isEmpty() || cache == null || layers == null || hidden == null) {
      return unknown(model, "its operations per token, cache, depth or width aren't known");
    }
    return new Workload.Decoder(
        model.id(),
        model.accuracy(),
        model.parameters(),
        flops.get().least(),
        cache,
        layers,
        hidden,
        lengths);
  }

  private static Workload withoutStructure(ModelCost model) {
    var training = model.flops(Flops.Per.TRAINING_TOKEN);
    return training.isPresent()
        ? new Workload.TrainingOnly(model.id(), model.parameters(), training.get().least())
        : unknown(model, "the sizes of its layers aren't known");
  }

  private static Workload unknown(ModelCost model, String reason) {
    return new Workload.Unknown(
        model.id(),
        model.parameters(),
        List.of("The cost of " + model.id() + " is unknown: " + reason + "."));
  }
}
