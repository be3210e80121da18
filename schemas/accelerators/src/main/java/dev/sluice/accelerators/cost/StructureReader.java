package dev.sluice.accelerators.cost;

import dev.sluice.platform.document.Section;
import dev.sluice.schemas.wire.Code;
import org.jspecify.annotations.Nullable;

/** Reads the structure of a model. */
final class StructureReader {

  /** More than any network has: it catches a wrong unit. */
  private static final double COUNT_MAX = 1e15;

  private final Section section;

  private StructureReader(Section section) {
    this.section = section;
  }

  /** The structure in a field; null where it is absent. */
  static @Nullable Structure read(Section model, String field) {
    if (!model.has(field)) {
      return null;
    }
    var section = model.section(field);
    var structure = new StructureReader(section).structure();
    section.end();
    return structure;
  }

  private Structure structure() {
    if (!section.has("family")) {
      section.missing("family", "It says how the network uses arithmetic units.");
    }
    var family = section.choice("family", Family.class, Family.CNN);
    return switch (family) {
      case CNN, DEPTHWISE_CNN, ENCODER, DENSE ->
          new Structure.FeedForward(
              family,
              section.flag("detector", false),
              section.has("flops") ? positive("flops") : null,
              section.has("singleStreamFlops") ? positive("singleStreamFlops") : null,
              positive("activations"),
              positive("activationsLargest"),
              section.small("layers", 1),
              positive("inputBytes"));
      case DECODER ->
          new Structure.Decoder(
              positive("promptTokens"), positive("answerTokens"), positive("beams"));
    };
  }

  private double positive(String name) {
    if (!section.has(name)) {
      section.missing(name, "A prediction needs it.");
      return 1;
    }
    double value = section.number(name, 1);
    if (value <= 0 || value > COUNT_MAX) {
      section
          .problems()
          .add(
              Code.OUT_OF_RANGE,
              section.at(name),
              name + " is " + value + ".",
              "No network has that.",
              "Write a number above 0 and at most " + COUNT_MAX + ".");
      return 1;
    }
    return value;
  }
}
