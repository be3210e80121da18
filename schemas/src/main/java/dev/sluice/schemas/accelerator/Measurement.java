package dev.sluice.schemas.accelerator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody measured on the device.
 *
 * @param name what, such as {@code matmul-bf16}
 * @param value the value; null where the note says it in words
 * @param unit unit of the value; may be empty
 * @param note circumstances; may be empty
 * @param sources who measured it
 */
public record Measurement(
    String name, @Nullable Double value, String unit, String note, List<Source> sources) {

  public Measurement {
    sources = List.copyOf(sources);
    Figure.MEASURED.checked(value);
  }
}
