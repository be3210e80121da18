package dev.sluice.schemas.wire;

/**
 * A declared queue for one accelerator model.
 *
 * @param lane name: lower-case letters, digits and hyphens
 * @param accelerator accelerator model as in the catalogue
 * @param workersMin fewest workers an autoscaler keeps
 * @param workersMax most workers an autoscaler starts; {@link #AS_IT_IS} in a declaration
 */
public record Lane(String lane, String accelerator, int workersMin, int workersMax)
    implements StoredState {

  /** In a declaration: both bounds stay as they are, and are 0 for a new lane. */
  public static final int AS_IT_IS = -1;

  /** A declaration by someone who does not decide how many workers there are, such as a worker. */
  public static Lane withBoundsAsTheyAre(String lane, String accelerator) {
    return new Lane(lane, accelerator, 0, AS_IT_IS);
  }
}
