package dev.sluice.producer.view;

import dev.sluice.jobs.state.Job;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean loss over steps, for the latest training jobs, as seen while following the log. The log
 * keeps only a job's last state, so a curve begins when this process began to follow.
 */
public final class LossCurves {

  /** Jobs whose curve is kept. */
  static final int JOBS_MAX = 500;

  /** Points per curve; a full curve drops every second point. */
  static final int POINTS_MAX = 128;

  /**
   * One point of a curve.
   *
   * @param step optimizer steps done
   * @param loss mean loss per sample
   */
  public record Point(long step, double loss) {}

  private final Map<String, List<Point>> curves =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Point>> eldest) {
          return size() > JOBS_MAX;
        }
      };

  synchronized void add(Job state) {
    var training = state.training();
    if (training == null || training.stepsDone() < 1 || !Double.isFinite(training.loss())) {
      return;
    }
    var points = curves.computeIfAbsent(state.jobId(), id -> new ArrayList<>());
    if (!points.isEmpty() && points.getLast().step() >= training.stepsDone()) {
      return;
    }
    if (points.size() == POINTS_MAX) {
      var kept = new ArrayList<Point>(POINTS_MAX);
      for (int i = 0; i < points.size(); i += 2) {
        kept.add(points.get(i));
      }
      points.clear();
      points.addAll(kept);
    }
    points.add(new Point(training.stepsDone(), training.loss()));
  }

  synchronized List<Point> of(String jobId) {
    return List.copyOf(curves.getOrDefault(jobId, List.of()));
  }
}
