package dev.sluice.planner;

import static dev.sluice.planner.PlanFixture.inference;
import static dev.sluice.planner.PlanFixture.mix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PlanFiguresTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0.2|0.2000 W", "700|700 W", "1234|1.24 kW", "1230|1.23 kW", "999_001|1.00 MW"})
  void aPowerThatSufficesIsRoundedUp(String watts, String words) {
    assertThat(Figures.wattsUp(Double.parseDouble(watts.replace("_", "")))).isEqualTo(words);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 3_600, 1e12, 1e18})
  void aQuantileOfWaitsIsRightWithinTwoPercentHoweverLongTheyAre(double seconds) {
    var waits = new WaitHistogram();
    for (int i = 1; i <= 100; i++) {
      waits.add(i * seconds);
    }
    assertThat(waits.quantile(0.5)).isCloseTo(50 * seconds, within(0.02 * 50 * seconds));
    assertThat(waits.quantile(0.95)).isCloseTo(95 * seconds, within(0.02 * 95 * seconds));
  }

  @Test
  void classesArriveIndependentlyWhateverTheirNames() {
    assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
    assertThat(times("Aa")).isNotEqualTo(times("BB")).isEqualTo(times("Aa"));
  }

  private static List<Double> times(String name) {
    var arrivals = new Arrivals(mix(1, inference(name, new Arrival.Random(100))));
    var times = new ArrayList<Double>();
    while (Double.isFinite(arrivals.time())) {
      times.add(arrivals.time());
      arrivals.take();
    }
    return times;
  }
}
