package dev.sluice.schemas.wire;

import java.util.List;

/**
 * y = (x - shift) / scale for each of a list of columns.
 *
 * @param shift what is subtracted, one per column
 * @param scale what is divided by, one per column, never 0
 */
public record Affine(List<Double> shift, List<Double> scale) {
  public Affine {
    shift = List.copyOf(shift);
    scale = List.copyOf(scale);
  }
}
