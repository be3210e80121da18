package dev.sluice.worker.fleet;

import static dev.sluice.worker.fleet.Namesakes.Verdict.NONE;
import static dev.sluice.worker.fleet.Namesakes.Verdict.OTHER_ENDS;
import static dev.sluice.worker.fleet.Namesakes.Verdict.THIS_ENDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Of two processes with one id exactly one goes on, whoever stood still meanwhile. */
final class NamesakesTest {

  private static final long SILENCE_MS = 1_000;
  private static final long EVERY_MS = 500;

  private final Namesakes first = new Namesakes("first", SILENCE_MS);
  private final Namesakes second = new Namesakes("second", SILENCE_MS);

  @Test
  void whoStartsWhileAnotherIsThereEnds() {
    assertThat(second.hear("first", false, 100)).isEqualTo(THIS_ENDS);
  }

  @Test
  void whoStartsWhileAnotherLeavesGoesOn() {
    assertThat(second.hear("first", true, 100)).isEqualTo(NONE);
  }

  @Test
  void whoIsThereGoesOnAndHearsOfTheOneThatWasTurnedAway() {
    assertThat(first.hear("first", false, 100)).isEqualTo(NONE);
    assertThat(first.hear("second", true, 300)).isEqualTo(OTHER_ENDS);
  }

  @Test
  void ofTwoThatStartTogetherTheOneWhoseHeartbeatIsStoredFirstGoesOn() {
    assertThat(first.hear("first", false, 100)).isEqualTo(NONE);
    assertThat(first.hear("second", false, 101)).isEqualTo(OTHER_ENDS);
    assertThat(second.hear("first", false, 100)).isEqualTo(THIS_ENDS);
  }

  @Test
  void whoStoodStillWhileAnotherBeganEnds() {
    first.hear("first", false, 100);
    assertThat(first.hear("second", false, 2_000)).isEqualTo(THIS_ENDS);
    second.hear("second", false, 2_000);
    assertThat(second.hear("first", false, 2_400)).isEqualTo(OTHER_ENDS);
  }

  @Test
  void wheneverOneBeginsAndHoweverLongTheOtherStandsStillExactlyOneGoesOn() {
    var random = new SplittableRandom(19);
    for (int run = 0; run < 1_000; run++) {
      var said = new TreeMap<Long, String>();
      long standsFrom = random.nextLong(10_000);
      long standsTo = standsFrom + random.nextLong(6_000);
      for (long at = 0; at < 20_000; at += EVERY_MS) {
        if (at < standsFrom || at > standsTo) {
          said.put(at, "first");
        }
      }
      // Before it begins it listens for longer than the silence.
      long listens = random.nextLong(14_000) * 2 + 1;
      long begins = listens + SILENCE_MS + EVERY_MS;
      boolean turnedAway = !said.subMap(listens, begins).isEmpty();
      for (long at = begins; at < 20_000 && !turnedAway; at += EVERY_MS) {
        said.putIfAbsent(at, "second");
      }
      boolean firstEnds = ends(first(), said);
      boolean secondEnds = turnedAway || ends(new Namesakes("second", SILENCE_MS), said, begins);
      boolean alone = begins >= 20_000;
      assertThat(List.of(firstEnds, secondEnds))
          .as("run %d: second listens from %d", run, listens)
          .isIn(alone ? List.of(List.of(false, false), List.of(false, true)) : ONE);
    }
  }

  private static final List<List<Boolean>> ONE =
      List.of(List.of(true, false), List.of(false, true));

  private static Namesakes first() {
    return new Namesakes("first", SILENCE_MS);
  }

  private static boolean ends(Namesakes one, Map<Long, String> said) {
    return said.entrySet().stream()
        .anyMatch(each -> one.hear(each.getValue(), false, each.getKey()) == THIS_ENDS);
  }

  private static boolean ends(Namesakes one, NavigableMap<Long, String> said, long from) {
    return ends(one, said.tailMap(from, true));
  }
}
