package dev.sluice.schemas.cost;

import dev.sluice.schemas.document.Document;
import dev.sluice.schemas.document.DocumentKind;
import dev.sluice.schemas.document.Section;
import dev.sluice.schemas.job.Problems;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What {@code workloads.yaml} adds to the well-known models of {@code models.yaml}. */
final class WellKnownWorkloads {

  private static final String FILE = "workloads.yaml";

  private static final DocumentKind KIND =
      new DocumentKind(
          "file of workloads",
          "Leave out models whose cost isn't known.",
          "Start with `networks:` or `decoders:`.",
          "It is one document.",
          "Put it into a file of its own.");

  private static final Factors FACTORS = Factors.builtIn();
  private static final Map<String, Function<ModelCost, Workload>> SHIPPED =
      parse(FILE, ShippedText.read(FILE));

  private WellKnownWorkloads() {}

  static Workload of(ModelCost model) {
    var known = SHIPPED.get(model.id());
    if (known != null) {
      return known.apply(model);
    }
    var training = model.flops(Flops.Per.TRAINING_TOKEN);
    if (training.isPresent() && !training.get().isRange()) {
      return new Workload.TrainingOnly(model.id(), model.parameters(), training.get().least());
    }
    if (model.flops().stream().anyMatch(Flops::isRange)) {
      return new Workload.Unknown(
          model.id(),
          "The operations of "
              + model.id()
              + " are published as a range, without what they are spent on.");
    }
    return new Workload.Unknown(
        model.id(),
        "What the layers of "
            + model.id()
            + " read and write isn't recorded, nor how long its inputs and answers are.");
  }

  /** Builders by id of the model. */
  static Map<String, Function<ModelCost, Workload>> parse(String file, String text) {
    var problems = new Problems();
    var document = Document.read(text, KIND, problems);
    var found = new HashMap<String, Function<ModelCost, Workload>>();
    if (!problems.any()) {
      var top = document.fields(problems);
      read(top, "networks", found, WellKnownWorkloads::network);
      read(top, "decoders", found, WellKnownWorkloads::decoder);
      top.end();
    }
    if (problems.any()) {
      throw new IllegalStateException(
          "The workloads of the cost model have mistakes: "
              + problems.list().stream().map(problem -> document.placed(file, problem)).toList());
    }
    return Map.copyOf(found);
  }

  private static void read(
      Section top,
      String group,
      Map<String, Function<ModelCost, Workload>> found,
      Function<Section, Function<ModelCost, Workload>> reader) {
    int index = 0;
    for (var item : top.items(group)) {
      var section = new Section(item, top.at(group) + "[" + index++ + "]", top.problems());
      var id = section.required("id", "It names the model.");
      var workload = reader.apply(section);
      section.required("source", "A figure without a source can't be checked.");
      section.end();
      if (found.putIfAbsent(id, workload) != null) {
        top.problems()
            .add(
                section.at("id"),
                "The model " + id + " is given twice.",
                "The cost model takes one.",
                "Keep one of the two.");
      }
    }
  }

  private static Function<ModelCost, Workload> network(Section section) {
    var kind = section.choice("kind", Workload.Kind.class, Workload.Kind.CNN);
    boolean detects = section.flag("detects", false);
    double activations = positive(section, "activations");
    double largestLayer = positive(section, "largestLayer");
    int layers = (int) positive(section, "layers");
    double inputBytes = positive(section, "inputBytes");
    double efficiency =
        FACTORS.value("eta." + section.required("efficiency", "It names the factor eta.*."));
    var serial = section.text("serial");
    double serialSeconds =
        serial == null ? layers * FACTORS.value("tau_layer") : FACTORS.value("serial." + serial);
    var variant = section.text("flopsVariant");
    double flopsSingle = section.has("flopsSingle") ? positive(section, "flopsSingle") : 0;
    return model ->
        flops(model, Flops.Per.SAMPLE, variant)
            .<Workload>map(
                flops ->
                    new Workload.Network(
                        model.id(),
                        kind,
                        model.parameters(),
                        flops,
                        flopsSingle > 0 ? flopsSingle : flops,
                        activations,
                        largestLayer,
                        layers,
                        inputBytes,
                        efficiency,
                        serialSeconds,
                        detects,
                        true))
            .orElseGet(() -> incomplete(model, "the operations for one sample"));
  }

  private static Function<ModelCost, Workload> decoder(Section section) {
    double promptTokens = positive(section, "promptTokens");
    double answerTokens = positive(section, "answerTokens");
    double beams = positive(section, "beams");
    double kernelsPerLayer = positive(section, "kernelsPerLayer");
    double efficiency =
        FACTORS.value("eta." + section.required("efficiency", "It names the factor eta.*."));
    return model -> {
      var flops = flops(model, Flops.Per.TOKEN, null);
      var shape = model.shape();
      var cacheBytes = shape.kvBytesPerToken();
      var layers = shape.layers();
      var hidden = shape.hidden();
      if (flops.isEmpty() || cacheBytes == null || layers == null || hidden == null) {
        return incomplete(model, "operations and cache for a token, or layers and width,");
      }
      return new Workload.Decoder(
          model.id(),
          model.parameters(),
          flops.get(),
          cacheBytes / 2.0, // they are published in 16 bit
          layers,
          hidden,
          promptTokens,
          answerTokens,
          beams,
          kernelsPerLayer,
          efficiency);
    };
  }

  private static Workload incomplete(ModelCost model, String what) {
    return new Workload.Unknown(
        model.id(), "Of " + model.id() + " " + what + " aren't published as one number.");
  }

  private static Optional<Double> flops(ModelCost model, Flops.Per per, @Nullable String variant) {
    return model.flops().stream()
        .filter(flops -> flops.per() == per && !flops.isRange())
        .filter(flops -> variant == null || flops.variant().equals(variant))
        .map(Flops::least)
        .findFirst();
  }

  private static double positive(Section section, String name) {
    if (!section.has(name)) {
      section.missing(name, "The cost model needs it.");
      return 1;
    }
    double value = section.number(name, 1);
    if (value <= 0) {
      section
          .problems()
          .add(section.at(name), name + " is " + value + ".", "It is above 0.", "Correct it.");
    }
    return value;
  }
}
