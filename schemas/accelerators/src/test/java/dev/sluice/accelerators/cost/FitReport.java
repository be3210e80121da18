package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a fit comes to: errors on devices that it saw and on each left out, intervals, regret. */
final class FitReport {

  /** Errors of one measured cell, as logarithms of predicted speed over measured speed. */
  record Errors(Calibration.Cell cell, double inSample, double leftOut) {

    String device() {
      return cell.device().id();
    }
  }

  /** Time lost against placing by the measurements themselves. */
  record Regret(double mean, double most, int choices) {}

  private final List<Errors> errors = new ArrayList<>();
  private final Factors fitted;

  private FitReport(Factors fitted) {
    this.fitted = fitted;
  }

  /** Fits on all devices, then without each of them. */
  static FitReport of(List<Calibration.Cell> cells) {
    var report = new FitReport(CostFit.fit(cells));
    var devices = new TreeSet<String>();
    cells.forEach(cell -> devices.add(cell.device().id()));
    var without = new TreeMap<String, Factors>();
    for (var device : devices) {
      without.put(
          device,
          CostFit.fit(cells.stream().filter(cell -> !cell.device().id().equals(device)).toList()));
    }
    for (var cell : cells) {
      var other = without.getOrDefault(cell.device().id(), report.fitted);
      report.errors.add(new Errors(cell, cell.error(report.fitted), cell.error(other)));
    }
    return report;
  }

  Factors fitted() {
    return fitted;
  }

  /** Errors of networks; each decoder was measured on one device only, so none can be left out. */
  List<Errors> errors() {
    return errors.stream().filter(error -> error.cell().network().isPresent()).toList();
  }

  /** The same of a scenario. */
  List<Errors> errors(Scenario scenario) {
    return errors().stream().filter(error -> error.cell().scenario() == scenario).toList();
  }

  /** Mean absolute error of the predicted speed on devices left out, in percent. */
  static double percentLeftOut(List<Errors> errors) {
    return errors.stream().mapToDouble(error -> percent(error.leftOut())).average().orElseThrow();
  }

  private static double percentInSample(List<Errors> errors) {
    return errors.stream().mapToDouble(error -> percent(error.inSample())).average().orElseThrow();
  }

  private static double percent(double logarithm) {
    return 100 * Math.abs(Math.expm1(logarithm));
  }

  /** The table of errors, a line for each scenario and model. */
  List<String> table() {
    var lines = new ArrayList<String>();
    for (var scenario : Scenario.values()) {
      byModel(errors(scenario)).forEach((model, group) -> lines.add(line(scenario, model, group)));
      lines.add(line(scenario, "all", errors(scenario)));
    }
    return lines;
  }

  private static Map<String, List<Errors>> byModel(List<Errors> errors) {
    return errors.stream()
        .collect(
            Collectors.groupingBy(
                error -> error.cell().model(), LinkedHashMap::new, Collectors.toList()));
  }

  private static String line(Scenario scenario, String model, List<Errors> group) {
    var worst =
        group.stream()
            .max((a, b) -> Double.compare(percent(a.leftOut()), percent(b.leftOut())))
            .orElseThrow();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.1f | %.1f | %.1f, %s |",
        scenario.label(),
        model,
        group.size(),
        percentInSample(group),
        percentLeftOut(group),
        percent(worst.leftOut()),
        worst.device());
  }

  /** Ratios of intervals that these errors give, by key; as the factor `interval` says. */
  Map<String, Double> intervals(double least, double deviations) {
    var ratios = new TreeMap<String, Double>();
    for (var scenario : Scenario.values()) {
      for (var kind : List.of(Kind.GPU, Kind.NPU)) {
        var pool =
            errors(scenario).stream()
                .filter(error -> error.cell().device().kind() == kind)
                .toList();
        for (var family : List.of(Family.CNN, Family.ENCODER)) {
          var group = pool.stream().filter(error -> family == familyOf(error)).toList();
          // two errors tell too little
          double ratio = ratio(group.size() < 3 ? pool : group, deviations);
          ratios.put(Factors.intervalKey(family, scenario, kind), Math.max(least, ratio));
        }
      }
    }
    return ratios;
  }

  private static Family familyOf(Errors error) {
    var family = error.cell().network().orElseThrow().family();
    return family == Family.ENCODER ? Family.ENCODER : Family.CNN;
  }

  private static double ratio(List<Errors> group, double deviations) {
    double squares =
        group.stream().mapToDouble(error -> error.leftOut() * error.leftOut()).average().orElse(0);
    return Math.exp(deviations * Math.sqrt(squares) * Math.sqrt(1 + 1.0 / group.size()));
  }

  /**
   * The regret over every choice among two or more measured devices, for each model and scenario:
   * the measured time on the device that is predicted fastest, over that on the fastest, less 1.
   */
  Regret regret() {
    var losses = new ArrayList<Double>();
    for (var scenario : Scenario.values()) {
      byModel(errors(scenario)).values().forEach(group -> losses.addAll(losses(group)));
    }
    return new Regret(
        losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
        losses.stream().mapToDouble(Double::doubleValue).max().orElseThrow(),
        losses.size());
  }

  private static List<Double> losses(List<Errors> group) {
    var losses = new ArrayList<Double>();
    for (int chosen = 1; chosen < 1 << group.size(); chosen++) {
      if (Integer.bitCount(chosen) < 2) {
        continue;
      }
      double fastest = 0;
      double mostPredicted = 0;
      double speedOfPredicted = 0;
      for (int i = 0; i < group.size(); i++) {
        if ((chosen >> i & 1) == 1) {
          double speed = group.get(i).cell().speed();
          double predicted = speed * Math.exp(group.get(i).leftOut());
          fastest = Math.max(fastest, speed);
          if (predicted > mostPredicted) {
            mostPredicted = predicted;
            speedOfPredicted = speed;
          }
        }
      }
      losses.add(fastest / speedOfPredicted - 1);
    }
    return losses;
  }
}
