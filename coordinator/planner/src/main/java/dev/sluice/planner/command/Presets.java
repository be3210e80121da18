package dev.sluice.planner.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Fleets or job mixes that ship with Sluice.
 *
 * @param folder where their files are
 * @param names their names
 */
record Presets(String folder, List<String> names) {

  static final Presets FLEETS =
      new Presets(
          "fleets",
          List.of("npu-centre", "isambard-ai", "coreweave-h100", "mixed-centre", "one-of-each"));

  static final Presets MIXES =
      new Presets(
          "mixes", List.of("inference-mix", "training-mix", "centre-mix", "comparison-mix"));

  /** The text of a preset; empty where there is none of this name. */
  Optional<String> text(String name) {
    if (!names.contains(name)) {
      return Optional.empty();
    }
    var resource = folder + "/" + name + ".yaml";
    try (var stream = Presets.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("The preset " + resource + " is not in the jar.");
      }
      return Optional.of(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
