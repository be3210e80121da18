package dev.sluice.schemas.wire;

import java.util.List;

/**
 * What held-out rows showed while a job trained.
 *
 * @param jobId job id
 * @param points measurements in the order of their steps; of many, every second, fourth, ... and
 *     the last
 */
public record ValidationCurve(String jobId, List<ValidationPoint> points) implements StoredState {
  public ValidationCurve {
    points = List.copyOf(points);
  }
}
