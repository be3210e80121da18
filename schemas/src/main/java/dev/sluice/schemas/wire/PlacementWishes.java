package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a submitter wants of placement beside the lanes to choose from.
 *
 * @param notLanes lanes the job may not use
 * @param measuredOnly whether only hardware that is there will do, and none that is modelled
 * @param aim what to lower; null: what the operator has set
 */
public record PlacementWishes(List<String> notLanes, boolean measuredOnly, @Nullable Aim aim) {

  /** No wishes. */
  public static final PlacementWishes NONE = new PlacementWishes(List.of(), false, null);

  public PlacementWishes {
    notLanes = List.copyOf(notLanes);
  }
}
