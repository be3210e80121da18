package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupedTest {

  private final List<String> lines = new ArrayList<>();
  private final List<Runnable> due = new ArrayList<>();
  private final Grouped grouped = new Grouped(lines::add, due::add);

  @Test
  void ofAFloodTheFirstIsALineAndTheRestANumber() {
    for (int i = 0; i < 1_000; i++) {
      grouped.say("records of sluice.jobs", "record " + i);
    }
    assertThat(lines).containsExactly("record 0");

    intervalEnds();

    assertThat(lines).containsExactly("record 0", "999 more records of sluice.jobs within 10 s.");
  }

  @Test
  void eachKindIsToldAndWhatCameOnceIsNotRepeated() {
    grouped.say("unreadable", "a");
    grouped.say("of unknown schemas", "b");
    intervalEnds();

    assertThat(lines).containsExactly("a", "b");
  }

  @Test
  void theNextIntervalBeginsAnew() {
    grouped.say("unreadable", "a");
    intervalEnds();
    grouped.say("unreadable", "b");
    intervalEnds();

    assertThat(lines).containsExactly("a", "b");
    assertThat(due).isEmpty();
  }

  @Test
  void ofManyKindsMostAreOne() {
    for (int i = 0; i < 10 * Grouped.KINDS_MAX; i++) {
      grouped.say("of kind " + i, "line");
    }

    assertThat(lines).hasSize(Grouped.KINDS_MAX + 1);
  }

  private void intervalEnds() {
    var now = List.copyOf(due);
    due.clear();
    now.forEach(Runnable::run);
  }
}
