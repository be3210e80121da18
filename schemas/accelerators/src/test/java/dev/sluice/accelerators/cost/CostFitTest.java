package dev.sluice.accelerators.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The fit is repeatable: the shipped factors, intervals and errors follow from the published
 * measurements. To refit, run this test and take what it writes to target/cost-fit.md.
 */
class CostFitTest {

  /** Three significant digits. */
  private static final double RELATIVE = 5e-3;

  private static final FitReport REPORT = FitReport.of(Calibration.cells());

  private static Map<String, Double> values(Factors factors) {
    return factors.all().stream().collect(Collectors.toMap(Factor::id, Factor::value));
  }

  @Test
  void theMeasurementsAreThoseOfSixDevices() {
    assertThat(Calibration.cells()).hasSize(38);
    assertThat(Calibration.cells().stream().map(cell -> cell.device().id()).distinct()).hasSize(6);
  }

  @Test
  void theWidestDeviceOfTheFitIsTheOneThatIntervalsGoBy() {
    double widest =
        Calibration.cells().stream()
            .map(Calibration.Cell::device)
            .filter(device -> device.kind() == Kind.NPU)
            .mapToDouble(device -> Device.of(device, Factors.builtIn()).width8())
            .max()
            .orElseThrow();
    assertThat(values(Factors.builtIn())).containsEntry("fitted-width.npu", widest);
  }

  @Test
  void theShippedFactorsAreThoseOfTheFit() {
    var fitted = values(REPORT.fitted());
    for (var factor : Factors.builtIn().all()) {
      if (factor.origin() == Factor.Origin.FITTED) {
        assertThat(fitted.getOrDefault(factor.id(), 0.0))
            .as(factor.id())
            .isCloseTo(factor.value(), within(factor.value() * RELATIVE));
      }
    }
  }

  @Test
  void theShippedIntervalsFollowFromTheErrorsOnDevicesLeftOut() {
    var shipped = values(Factors.builtIn());
    var intervals =
        REPORT.intervals(
            shipped.getOrDefault("interval-least", 0.0),
            shipped.getOrDefault("interval-deviations", 0.0));
    assertThat(intervals).hasSize(8);
    intervals.forEach(
        (key, ratio) ->
            assertThat(shipped.getOrDefault("interval." + key, 0.0))
                .as(key)
                .isCloseTo(ratio, within(ratio * RELATIVE)));
  }

  @Test
  void aDeviceLeftOutIsPredictedWithinTheGoal() {
    for (var scenario : Scenario.values()) {
      assertThat(FitReport.percentLeftOut(REPORT.errors(scenario))).isLessThan(15);
    }
  }

  @Test
  void placingByPredictionLosesLittleTime() {
    var regret = REPORT.regret();

    assertThat(regret.choices()).isEqualTo(164);
    assertThat(regret.mean()).isLessThan(0.002);
    assertThat(regret.most()).isLessThan(0.22);
    // One choice loses; by all others the predicted fastest is the fastest.
    assertThat(regret.mean() * regret.choices())
        .isCloseTo(regret.most(), within(regret.most() * RELATIVE));
  }

  @Test
  void theDocumentStatesTheseErrorsAndFactors() throws IOException {
    var lines = new ArrayList<>(REPORT.table());
    lines.addAll(FactorLines.of(Factors.builtIn().all()));
    Files.createDirectories(Path.of("target"));
    var found = new ArrayList<>(REPORT.table());
    found.addAll(FactorLines.of(REPORT.fitted().all()));
    Files.write(Path.of("target", "cost-fit.md"), found);
    assertThat(Files.readAllLines(Path.of("cost-model.md"))).containsAll(List.copyOf(lines));
  }
}
