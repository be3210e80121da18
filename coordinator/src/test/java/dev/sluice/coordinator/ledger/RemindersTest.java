package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.DeadlineReached;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RemindersTest {

  private static final DeadlineReached ONE = new DeadlineReached("j", "prepare", 1);
  private static final DeadlineReached NEXT = new DeadlineReached("j", "prepare", 2);

  private final Reminders reminders = new Reminders();

  @Test
  void isToldOnceInAWhile() {
    assertThat(reminders.due(List.of(ONE), 1_000)).containsExactly(ONE);
    assertThat(reminders.due(List.of(ONE, NEXT), 2_000))
        .as("another attempt")
        .containsExactly(NEXT);
    assertThat(reminders.due(List.of(ONE, NEXT), 1_000 + Reminders.PAUSE_MS)).containsExactly(ONE);
  }

  @Test
  void aClockThatGoesBackSilencesNobody() {
    assertThat(reminders.due(List.of(ONE), 100_000)).containsExactly(ONE);
    assertThat(reminders.due(List.of(ONE), 1_000)).containsExactly(ONE);
  }
}
