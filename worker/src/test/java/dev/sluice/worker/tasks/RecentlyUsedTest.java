package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentlyUsedTest {

  private final List<String> dropped = new ArrayList<>();

  private RecentlyUsed<String, String> keep(int valuesMax, long bytesMax) {
    return new RecentlyUsed<>(valuesMax, bytesMax, String::length, dropped::add);
  }

  @Test
  void dropsWhatWasNotUsedForLongest() {
    var kept = keep(2, 100);
    kept.put("a", "AA");
    kept.put("b", "BB");
    assertThat(kept.get("a")).contains("AA");
    kept.put("c", "CC");
    assertThat(dropped).containsExactly("BB");
    assertThat(kept.get("b")).isEmpty();
    assertThat(kept.get("a")).contains("AA");
  }

  @Test
  void staysWithinItsBytesButKeepsTheLastWhateverItsSize() {
    var kept = keep(10, 6);
    kept.put("a", "AAA");
    kept.put("b", "BBB");
    assertThat(dropped).isEmpty();
    kept.put("c", "C");
    assertThat(dropped).containsExactly("AAA");
    kept.put("d", "DDDDDDDDDD");
    assertThat(dropped).containsExactly("AAA", "BBB", "C");
    assertThat(kept.get("d")).contains("DDDDDDDDDD");
  }

  @Test
  void aReplacedValueIsDropped() {
    var kept = keep(2, 4);
    kept.put("a", "AAAA");
    kept.put("a", "A");
    kept.put("b", "BBB");
    assertThat(dropped).containsExactly("AAAA");
  }

  @Test
  void clearingDropsEverything() {
    var kept = keep(5, 100);
    kept.put("a", "A");
    kept.put("b", "B");
    kept.clear();
    assertThat(dropped).containsExactlyInAnyOrder("A", "B");
    assertThat(kept.get("a")).isEmpty();
  }
}
