package dev.sluice.jobs.state;

import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationPoint;
import java.util.List;
import java.util.TreeMap;

/**
 * What is known of a training job's parameters on its held-out rows.
 *
 * @param plan when they are measured
 * @param points measurements in the order of their steps, at most {@link #POINTS_MAX}: of more,
 *     every second, fourth, ... is kept, and the last
 * @param bestStep steps done when the parameters were best; -1: training doesn't end early, or none
 *     were measured
 * @param keptStep steps done when the parameters were those that training gave; -1: it goes on
 */
public record ValidationState(
    ValidationPlan plan, List<ValidationPoint> points, long bestStep, long keptStep) {

  /** Most points that are kept. */
  public static final int POINTS_MAX = 64;

  public ValidationState {
    points = List.copyOf(points);
  }

  /** Nothing is measured yet. */
  public static ValidationState planned(ValidationPlan plan) {
    return new ValidationState(plan, List.of(), -1, -1);
  }

  /** Whether training has come to its end. */
  public boolean closed() {
    return keptStep >= 0;
  }

  /** The fold says which parameters are best, and which are kept. */
  public ValidationState judged(long newBestStep, long newKeptStep) {
    return new ValidationState(plan, points, newBestStep, newKeptStep);
  }

  /** One more measurement; it may come late, or again. */
  public ValidationState with(ValidationPoint point) {
    var steps = new TreeMap<Long, ValidationPoint>();
    points.forEach(each -> steps.put(each.step(), each));
    steps.put(point.step(), point);
    long last = steps.lastKey();
    long apart = plan.everySteps();
    while (last / apart >= POINTS_MAX - 1) {
      apart *= 2;
    }
    long kept = apart;
    steps.keySet().removeIf(step -> step != last && step % kept != 0);
    return new ValidationState(plan, List.copyOf(steps.values()), bestStep, keptStep);
  }
}
