package dev.sluice.deploy.quickstart;

import dev.sluice.platform.terminal.Facts;
import java.util.Locale;
import java.util.stream.Collectors;

/** A summary for people. */
final class SummaryText {
  private SummaryText() {}

  static String of(Summary summary, int columns) {
    var facts = new Facts(3, 14, columns);
    facts.line("model", summary.model() + "@" + summary.version());
    facts.line("sha256", summary.modelSha256());
    facts.line(
        "test accuracy",
        String.format(
            Locale.ROOT,
            "%.4f   %,d held-out rows, each answered once",
            summary.testAccuracy(),
            summary.testRows()));
    facts.line(
        "training",
        String.format(
            Locale.ROOT,
            "%.1f s   %,d steps in %d epochs on %d workers, %,.0f samples/s",
            summary.trainSeconds(),
            summary.steps(),
            summary.epochs(),
            summary.workers(),
            summary.samplesPerSecond()));
    facts.line("inference", String.format(Locale.ROOT, "%.1f s", summary.inferSeconds()));
    var parity = summary.onnxMaxDifference();
    if (parity != null) {
      facts.line("ONNX file", String.format(Locale.ROOT, "same outputs within %.1e", parity));
    }
    facts.line(
        "peak lag",
        summary.lanes().stream()
            .map(lane -> lane.lane() + " " + lane.peakLag())
            .collect(Collectors.joining(", ")));
    facts.gap();
    for (var device : summary.rehearsal().devices()) {
      facts.line(
          device.job() + " on",
          String.format(
              Locale.ROOT,
              "%-16s %-5s %s",
              device.accelerator(),
              device.format(),
              measured(device) + "; " + modelled(device)));
    }
    facts.line(
        "int8 version",
        String.format(Locale.ROOT, "accuracy %+.4f", summary.rehearsal().int8AccuracyChange()));
    for (var refused : summary.rehearsal().refused()) {
      facts.line("refused by", refused.lane() + ": " + String.join(" ", refused.reasons()));
    }
    facts.gap();
    facts.line(
        "in all",
        String.format(
            Locale.ROOT,
            "%.1f s   of which %.1f s to start",
            summary.totalSeconds(),
            summary.startSeconds()));
    return facts.toString();
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
}
