package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DisturbancesTest {
  private final Disturbances disturbances = new Disturbances();

  @Test
  void aFaultDisturbsUntilItsAftermathIsOver() {
    int own = disturbances.begin(1_000);
    assertThat(disturbances.none(5_000, 6_000, own)).as("but itself").isTrue();
    assertThat(disturbances.none(5_000, 6_000, -1)).as("it lasts").isFalse();

    disturbances.end(own, 2_000);
    assertThat(disturbances.none(9_000, 11_000, -1)).as("its aftermath").isFalse();
    assertThat(disturbances.none(11_000, 12_000, -1)).isTrue();
    assertThat(disturbances.none(0, 500, -1)).as("before it").isTrue();
  }

  @Test
  void oneThatBeginsBeforeTheEndDisturbs() {
    int own = disturbances.begin(1_000);
    int other = disturbances.begin(3_000);
    disturbances.end(other, 3_100);

    assertThat(disturbances.none(2_000, 2_900, own)).isTrue();
    assertThat(disturbances.none(2_000, 3_000, own)).isFalse();
  }
}
