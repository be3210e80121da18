package dev.sluice.deploy.quickstart;

import java.util.Locale;
import java.util.stream.Collectors;

/** A summary for people. */
final class SummaryText {
  private SummaryText() {}

  static String of(Summary summary) {
    var text = new StringBuilder();
    line(text, "model", summary.model() + "@" + summary.version());
    line(text, "sha256", summary.modelSha256());
    line(
        text,
        "test accuracy",
        String.format(
            Locale.ROOT,
            "%.4f   %,d held-out rows, each answered once",
            summary.testAccuracy(),
            summary.testRows()));
    line(
        text,
        "training",
        String.format(
            Locale.ROOT,
            "%.1f s   %,d steps in %d epochs on %d workers, %,.0f samples/s",
            summary.trainSeconds(),
            summary.steps(),
            summary.epochs(),
            summary.workers(),
            summary.samplesPerSecond()));
    line(text, "inference", String.format(Locale.ROOT, "%.1f s", summary.inferSeconds()));
    var parity = summary.onnxMaxDifference();
    if (parity != null) {
      line(text, "ONNX file", String.format(Locale.ROOT, "same outputs within %.1e", parity));
    }
    line(
        text,
        "peak lag",
        summary.lanes().stream()
            .map(lane -> lane.lane() + " " + lane.peakLag())
            .collect(Collectors.joining(", ")));
    text.append('\n');
    for (var device : summary.rehearsal().devices()) {
      line(
          text,
          device.job() + " on",
          String.format(
              Locale.ROOT,
              "%-16s %-5s %s",
              device.accelerator(),
              device.format(),
              measured(device) + "; " + modelled(device)));
    }
    line(
        text,
        "int8 version",
        String.format(Locale.ROOT, "accuracy %+.4f", summary.rehearsal().int8AccuracyChange()));
    for (var refused : summary.rehearsal().refused()) {
      line(text, "refused by", refused.lane() + ": " + String.join(" ", refused.reasons()));
    }
    text.append('\n');
    line(
        text,
        "in all",
        String.format(
            Locale.ROOT,
            "%.1f s   of which %.1f s to start",
            summary.totalSeconds(),
            summary.startSeconds()));
    return text.toString();
  }

  private static String measured(Summary.Device device) {
    return "measured here " + time(device.measuredSeconds());
  }

  /** What the device would have taken. */
  static String modelled(Summary.Device device) {
    var seconds = device.modelledSeconds();
    if (seconds == null) {
      return "not predictable for that device";
    }
    var joules = device.modelledJoules();
    return "modelled "
        + time(seconds)
        + (joules == null
            ? ", power not published"
            : String.format(Locale.ROOT, ", at most %.3g J", joules));
  }

  private static String time(double seconds) {
    return seconds >= 1
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%.3g ms", seconds * 1e3);
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "   %-15s%s%n", name, value));
  }
}
