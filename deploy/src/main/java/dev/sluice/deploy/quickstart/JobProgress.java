package dev.sluice.deploy.quickstart;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.QueueView;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** A job's progress as one line. */
final class JobProgress {
  private final Screen screen;

  JobProgress(Screen screen) {
    this.screen = screen;
  }

  /**
   * The line.
   *
   * @param what what the job does, in a word
   * @param job as it is now
   * @param lanes as they are now
   */
  String line(String what, JobView job, List<QueueView> lanes) {
    var parts = new StringJoiner("  ", "   ", "");
    parts.add(String.format(Locale.ROOT, "%-12s", what));
    if (job.progress().total() > 0) {
      parts.add(screen.bar(job.progress().fraction()));
    }
    var training = job.training();
    var inference = job.inference();
    if (training != null && job.status().equals("running")) {
      parts.add(String.format(Locale.ROOT, "epoch %d/%d", training.epoch(), training.epochs()));
      parts.add(String.format(Locale.ROOT, "step %d/%d", training.step(), training.steps()));
      var loss = training.loss();
      if (loss != null) {
        parts.add(String.format(Locale.ROOT, "loss %.4f", loss));
      }
      parts.add(rate(training.samplesPerSecond(), "samples/s"));
    } else if (inference != null && job.status().equals("running")) {
      parts.add(String.format(Locale.ROOT, "task %d/%d", inference.finished(), inference.tasks()));
      parts.add(rate(inference.rowsPerSecond(), "rows/s"));
    } else {
      parts.add(job.status());
    }
    for (var lane : lanes) {
      parts.add(
          String.format(Locale.ROOT, "lag %s %d+%d", lane.name(), lane.waiting(), lane.running()));
    }
    return parts.toString();
  }

  static String rate(double perSecond, String unit) {
    return String.format(Locale.ROOT, "%,.0f %s", perSecond, unit);
  }
}
