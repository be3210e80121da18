package dev.sluice.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StatisticsTest {

  @Test
  void aPercentileIsOneOfTheValuesByNearestRank() {
    var hundred = IntStream.rangeClosed(1, 100).mapToObj(i -> (double) (101 - i)).toList();
    assertThat(Statistics.percentile(hundred, 0.5)).isEqualTo(50);
    assertThat(Statistics.percentile(hundred, 0.99)).isEqualTo(99);
    assertThat(Statistics.percentile(hundred, 1)).isEqualTo(100);
    assertThat(Statistics.percentile(List.of(3.0, 1.0, 2.0), 0.5)).isEqualTo(2);
    assertThat(Statistics.percentile(List.of(7.0), 0.01)).isEqualTo(7);
  }

  @Test
  void noValuesHaveNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> Statistics.percentile(List.of(), 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> Statistics.percentile(List.of(1.0), 0));
  }
}
