package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.DeadlineReached;
import org.junit.jupiter.api.Test;

final class RemindersTest {

  private static final DeadlineReached ONE = new DeadlineReached("j", "prepare", 1);
  private static final DeadlineReached NEXT = new DeadlineReached("j", "prepare", 2);

  private final Reminders reminders = new Reminders();

  @Test
  void isToldOnceInAWhile() {
    assertThat(reminders.due(ONE, 1_000)).isTrue();
    assertThat(reminders.due(ONE, 2_000)).isFalse();
    assertThat(reminders.due(NEXT, 2_000)).as("another attempt").isTrue();
    assertThat(reminders.due(ONE, 1_000 + Reminders.PAUSE_MS)).isTrue();
  }

  @Test
  void aClockThatGoesBackSilencesNobody() {
    assertThat(reminders.due(ONE, 100_000)).isTrue();
    assertThat(reminders.due(ONE, 1_000)).isTrue();
  }
}
