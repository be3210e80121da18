package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a job is predicted to take on one lane; null where that can't be known.
 *
 * @param waitSeconds time until a worker is free, in seconds
 * @param workSeconds time that the work itself takes, in seconds of the lane's accelerator
 * @param joules energy that the accelerator takes at most, in joules
 * @param basis how the figures were found: modelled, measured, or empty where there are none
 */
public record Forecast(
    @Nullable Double waitSeconds,
    @Nullable Double workSeconds,
    @Nullable Double joules,
    String basis) {

  /** Figures of the cost model. */
  public static final String MODELLED = "modelled";

  /** Figures of workers' own clocks. */
  public static final String MEASURED = "measured";

  /** Nothing can be said. */
  public static final Forecast UNKNOWN = new Forecast(null, null, null, "");
}
