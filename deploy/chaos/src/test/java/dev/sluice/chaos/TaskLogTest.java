package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.TaskLog.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskLogTest {
  @Test
  void whatOthersHaveTakenSinceIsNoLongerHeld() {
    var entries =
        List.of(
            new Entry(10, "ended by itself", "w1", true),
            new Entry(20, "ended by itself", "w1", false),
            new Entry(30, "lost at its first death", "w1", true),
            new Entry(40, "lost at its first death", "w2", true),
            new Entry(50, "ended by another", "w1", true),
            new Entry(60, "ended by another", "w2", false),
            new Entry(70, "held", "w1", true),
            new Entry(75, "another's", "w2", true),
            new Entry(80, "later", "w1", true));

    assertThat(TaskLog.heldBy(entries, "w1", 79)).containsExactly("held");
    assertThat(TaskLog.heldBy(entries, "w1", 35)).containsExactly("lost at its first death");
    assertThat(TaskLog.heldBy(entries, "w3", 79)).isEmpty();
  }
}
