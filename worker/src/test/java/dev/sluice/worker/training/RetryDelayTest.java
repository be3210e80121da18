package dev.sluice.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryDelayTest {

  @Test
  void waitsTwiceAsLongEachTimeUpToALimit() {
    var delay = new RetryDelay(100, 400, 0);
    var asked = new ArrayList<Long>();
    for (long now = 0; now <= 2_000; now += 10) {
      if (delay.due(now)) {
        asked.add(now);
      }
    }
    assertThat(asked).isEqualTo(List.of(100L, 300L, 700L, 1_100L, 1_500L, 1_900L));
  }

  @Test
  void beginsAnewWhenItCame() {
    var delay = new RetryDelay(100, 400, 0);
    assertThat(delay.due(100)).isTrue();
    delay.arrived(150);
    assertThat(delay.due(249)).isFalse();
    assertThat(delay.due(250)).isTrue();
  }
}
