package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Waits for values, and that nobody holds a place who has gone. */
class WatchedTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final Watched<String> values = new Watched<>();

  @Test
  void whoeverGoesGivesTheirPlaceBack() {
    var wait = values.await("a", "wanted"::equals, LONG);
    assertThat(values.waiting()).isEqualTo(1);

    wait.cancel(false);

    assertThat(values.waiting()).isZero();
  }

  @Test
  void placesAreBounded() {
    for (int i = 0; i < Watched.WAITS_MAX; i++) {
      var _ = values.await("a", "wanted"::equals, LONG);
    }

    assertThat(values.await("a", "wanted"::equals, LONG))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(RejectedExecutionException.class);

    values.put("a", "wanted");
    assertThat(values.waiting()).isZero();
  }
}
