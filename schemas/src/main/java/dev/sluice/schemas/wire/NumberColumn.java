package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * A feature column of numbers: one input, the number.
 *
 * @param fill what stands for a cell without a value; null: nothing does
 */
public record NumberColumn(@Nullable Double fill) implements FeatureColumn {
  @Override
  public int inputs() {
    return 1;
  }

  @Override
  public boolean fills() {
    return fill != null;
  }
}
