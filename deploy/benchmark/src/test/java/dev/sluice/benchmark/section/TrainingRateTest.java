package dev.sluice.benchmark.section;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.benchmark.section.TrainingRate.Point;
import org.junit.jupiter.api.Test;

final class TrainingRateTest {

  @Test
  void theStartCountsForTheWholeRateOnly() {
    var rate = new TrainingRate();
    rate.add(new Point(10, 5));
    rate.add(new Point(40, 6));
    rate.add(new Point(40, 6.2)); // no step since
    rate.add(new Point(100, 8));
    assertThat(rate.whole()).isEqualTo(12.5);
    assertThat(rate.steady()).isEqualTo(30);
  }

  @Test
  void whereTooLittleWasSeenTheWholeRateStands() {
    var rate = new TrainingRate();
    rate.add(new Point(90, 5));
    rate.add(new Point(100, 8));
    assertThat(rate.steady()).isEqualTo(12.5);
    assertThatIllegalStateException().isThrownBy(() -> new TrainingRate().whole());
  }
}
