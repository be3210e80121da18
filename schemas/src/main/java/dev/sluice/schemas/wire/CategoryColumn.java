package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature column of names: one input for each category, 1 for the one that the cell names and 0
 * for the others.
 *
 * @param categories the categories of the training rows, in the order of the inputs
 * @param fill what stands for a cell without a value; null: nothing does
 */
public record CategoryColumn(List<String> categories, @Nullable String fill)
    implements FeatureColumn {
  public CategoryColumn {
    categories = List.copyOf(categories);
  }

  @Override
  public int inputs() {
    return categories.size();
  }

  @Override
  public boolean fills() {
    return fill != null;
  }
}
