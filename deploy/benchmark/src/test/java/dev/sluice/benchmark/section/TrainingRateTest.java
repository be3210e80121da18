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
  void timeBetweenWhatWasSeenIsInProportion() {
    var rate = new TrainingRate();
    rate.add(new Point(10, 5));
    rate.add(new Point(40, 6));
    assertThat(rate.secondsAt(5)).isEqualTo(2.5);
    assertThat(rate.secondsAt(10)).isEqualTo(5);
    assertThat(rate.secondsAt(25)).isEqualTo(5.5);
    assertThat(rate.secondsAt(41)).isEqualTo(6);
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
