package dev.sluice.accelerators.catalogue;

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
    String name, @Nullable Double value, String unit, String note, List<Citation> sources) {

  /** The share of the peak that large matrix products in 8-bit floats reach. */
  public static final String MATMUL_FP8 = "matmul-fp8-efficiency";

  /** The same in 16-bit floats. */
  public static final String MATMUL_BF16 = "matmul-bf16-efficiency";

  static final String SHARE_UNIT = "of peak";
  static final String SHARE_UNIT_OF = "of ";

  public Measurement {
    sources = List.copyOf(sources);
    Figure.MEASURED.checked(value);
    if (isShare(name) && value != null && value > 1) {
      throw new IllegalArgumentException(name + " is a share of at most 1, not " + value + ".");
    }
  }

  /** Whether what has this name is a share of the peak. */
  static boolean isShare(String name) {
    return name.endsWith("-efficiency");
  }
}
