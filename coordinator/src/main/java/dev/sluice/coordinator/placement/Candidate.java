package dev.sluice.coordinator.placement;

import org.jspecify.annotations.Nullable;

/**
 * A lane that can run a job, and what is known of how it would go there.
 *
 * @param lane the lane
 * @param workers workers that it has; a lane without any waits for hardware
 * @param waitSeconds time until one of them is free, in seconds; null: not known
 * @param workSeconds time that the work takes there, in seconds; null: not known
 * @param joules energy that it takes there at most, in joules; null: not known
 */
public record Candidate(
    String lane,
    int workers,
    @Nullable Double waitSeconds,
    @Nullable Double workSeconds,
    @Nullable Double joules) {

  /** When the work would be done, in seconds from now; null where that can't be known. */
  @Nullable Double finishSeconds() {
    return waitSeconds == null || workSeconds == null
        ? null
        : Double.valueOf(waitSeconds + workSeconds);
  }
}
