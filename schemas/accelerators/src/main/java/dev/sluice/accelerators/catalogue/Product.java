package dev.sluice.accelerators.catalogue;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a device as a product.
 *
 * @param clockGigahertz clock of the arithmetic units; null: not published
 * @param partitions parts into which one device can be split; null: not published
 * @param lifecycle part number to its state, such as {@code EoL, SDK <= 0.8.0}
 * @param evidence where this comes from
 */
public record Product(
    @Nullable Double clockGigahertz,
    @Nullable Integer partitions,
    Map<String, String> lifecycle,
    Evidence evidence) {

  /** Nothing is published. */
  public static final Product UNKNOWN = new Product(null, null, Map.of(), Evidence.NONE);

  public Product {
    lifecycle = Collections.unmodifiableMap(new LinkedHashMap<>(lifecycle));
    Figure.CLOCK.checked(clockGigahertz);
    if (partitions != null && partitions < 1) {
      throw new IllegalArgumentException("A device has at least one part, not " + partitions + ".");
    }
  }
}
