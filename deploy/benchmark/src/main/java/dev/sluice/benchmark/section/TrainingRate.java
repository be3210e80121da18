package dev.sluice.benchmark.section;

import dev.sluice.producer.api.JobView;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast a job trained, by what it says of itself: steps done, and the time since its first task
 * was dispatched, both on the ledger's own records and the broker's clock.
 */
final class TrainingRate {
  /** What comes before is the start. */
  private static final double START = 0.2;

  /** Fewer steps than this part say too little. */
  private static final double ENOUGH = 0.3;

  private final List<Point> points = new ArrayList<>();

  /** How far a job was. */
  record Point(long step, double seconds) {}

  /** Takes how far a job is. */
  void add(JobView job) {
    var training = job.training();
    var seconds = training == null ? null : training.seconds();
    if (training != null && seconds != null && training.step() > 0) {
      add(new Point(training.step(), seconds));
    }
  }

  void add(Point point) {
    if (points.isEmpty() || points.getLast().step() < point.step()) {
      points.add(point);
    }
  }

  /** Steps in a second from the first task's dispatch to the last step. */
  double whole() {
    var last = last();
    return last.step() / last.seconds();
  }

  /** The same without the start, where enough was seen of the rest. */
  double steady() {
    var last = last();
    return points.stream()
        .filter(p -> p.step() >= START * last.step() && p.step() <= (1 - ENOUGH) * last.step())
        .filter(p -> p.seconds() < last.seconds())
        .findFirst()
        .map(p -> (last.step() - p.step()) / (last.seconds() - p.seconds()))
        .orElseGet(this::whole);
  }

  /** Seconds from the first task's dispatch to a step, between those that were seen. */
  double secondsAt(long step) {
    var before = new Point(0, 0);
    for (var point : points) {
      if (point.step() >= step) {
        double share = (double) (step - before.step()) / (point.step() - before.step());
        return before.seconds() + share * (point.seconds() - before.seconds());
      }
      before = point;
    }
    return last().seconds();
  }

  private Point last() {
    if (points.isEmpty() || points.getLast().seconds() <= 0) {
      throw new IllegalStateException("the job says nothing of its steps");
    }
    return points.getLast();
  }
}
