package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * A feature column of truth values: one input, 1 or 0.
 *
 * @param fill what stands for a cell without a value; null: nothing does
 */
public record BooleanColumn(@Nullable Boolean fill) implements FeatureColumn {
  @Override
  public int inputs() {
    return 1;
  }

  @Override
  public boolean fills() {
    return fill != null;
  }
}
