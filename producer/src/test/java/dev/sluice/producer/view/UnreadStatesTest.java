package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnreadStatesTest {

  @Test
  void keysThatAreLongerThanAnyOfOursTakeNoMemory() {
    var unread = new UnreadStates();
    unread.add("k".repeat(UnreadStates.KEY_CHARS_MAX), "sluice.job-states-0@1", "It is no state.");
    unread.add("k".repeat(1_000_000), "sluice.job-states-0@2", "It is no state.");
    assertThat(unread.all()).singleElement().asString().contains("job-states-0@1");
  }
}
