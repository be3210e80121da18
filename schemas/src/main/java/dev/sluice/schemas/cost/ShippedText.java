package dev.sluice.schemas.cost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Files that ship in the jar beside these classes. */
final class ShippedText {

  private ShippedText() {}

  static String read(String file) {
    try (var resource = ShippedText.class.getResourceAsStream(file)) {
      if (resource == null) {
        throw new IllegalStateException("The file " + file + " is not in the jar.");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
