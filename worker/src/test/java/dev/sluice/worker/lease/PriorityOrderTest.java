package dev.sluice.worker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Priority;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PriorityOrderTest {

  private final PriorityOrder order = new PriorityOrder();

  /** How many of sixteen tasks are of which priority, where only some queues hold tasks. */
  private Map<Priority, Integer> takeSixteen(Set<Priority> waiting) {
    var taken = new EnumMap<Priority, Integer>(Priority.class);
    for (int i = 0; i < 16; i++) {
      var first = order.order().stream().filter(waiting::contains).findFirst().orElseThrow();
      taken.merge(first, 1, Integer::sum);
      order.taken();
    }
    return taken;
  }

  @Test
  void urgentTasksComeFirstAndNoneStarves() {
    assertThat(takeSixteen(Set.of(Priority.HIGH, Priority.NORMAL, Priority.LOW)))
        .isEqualTo(Map.of(Priority.HIGH, 12, Priority.NORMAL, 3, Priority.LOW, 1));
  }

  @Test
  void aTurnThatNobodyUsesGoesToTheMostUrgentWaiting() {
    assertThat(takeSixteen(Set.of(Priority.NORMAL, Priority.LOW)))
        .isEqualTo(Map.of(Priority.NORMAL, 15, Priority.LOW, 1));
    assertThat(takeSixteen(Set.of(Priority.LOW))).isEqualTo(Map.of(Priority.LOW, 16));
  }

  @Test
  void lookingAgainWithoutTakingChangesNothing() {
    assertThat(order.order()).isEqualTo(order.order());
  }
}
