package dev.sluice.platform.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A process is listed, not a name. */
final class RosterTest {

  private final Roster roster = new Roster(3);

  @Test
  void aWorkerThatIsStartedAgainUnderItsIdReplacesTheProcessBefore() {
    roster.hear(says("gpu0", "first", false), 100);
    roster.hear(says("gpu0", "second", false), 200);
    assertThat(lives("gpu0")).containsExactly("second");
  }

  @Test
  void ofTwoThatShareAnIdBothAreListedOnceBothHaveSpokenAgain() {
    roster.hear(says("gpu0", "first", false), 100);
    roster.hear(says("gpu0", "second", false), 200);
    roster.hear(says("gpu0", "first", false), 300);
    roster.hear(says("gpu0", "second", false), 400);
    roster.hear(says("gpu0", "first", false), 500);
    assertThat(lives("gpu0")).containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void oneThatIsTurnedAwayDoesNotReplaceTheOneThatIsThere() {
    roster.hear(says("gpu0", "first", false), 100);
    roster.hear(says("gpu0", "turned away", true), 200);
    assertThat(lives("gpu0")).containsExactlyInAnyOrder("first", "turned away");
  }

  @Test
  void theGoodByeOfAnEarlierProcessTakesNoOtherOffTheList() {
    roster.hear(says("gpu0", "first", false), 100);
    roster.hear(says("gpu0", "second", false), 200);
    roster.hear(says("gpu0", "first", true), 300);
    assertThat(roster.remove("gpu0", 0)).containsExactly(new WorkerLife("gpu0", "first"));
    assertThat(lives("gpu0")).containsExactly("second");
  }

  @Test
  void aRemovalWithoutGoodByeTakesTheSilentOff() {
    roster.hear(says("gpu0", "first", false), 100);
    assertThat(roster.remove("gpu0", 50)).isEmpty();
    assertThat(lives("gpu0")).containsExactly("first");
    assertThat(roster.remove("gpu0", 101)).isEmpty();
    assertThat(lives("gpu0")).isEmpty();
  }

  @Test
  void anIdIsGoneWhenNobodyHasItAnyMore() {
    roster.hear(says("gpu0", "first", false), 100);
    roster.hear(says("gpu1", "only", false), 100);
    roster.hear(says("gpu0", "first", true), 100);
    roster.hear(says("gpu0", "second", false), 300);
    roster.hear(says("gpu0", "first", true), 110);
    assertThat(roster.forgetSilent(200)).containsExactly("gpu1");
    assertThat(lives("gpu0")).containsExactly("second");
  }

  @Test
  void ofTooManyTheOneThatWasSilentLongestGoes() {
    for (int worker = 0; worker < 4; worker++) {
      roster.hear(says("gpu" + worker, "life", false), worker);
    }
    assertThat(roster.since(0))
        .extracting(heard -> heard.heartbeat().worker())
        .containsExactly("gpu1", "gpu2", "gpu3");
  }

  @Test
  void whoIsKnownIsHeardAlsoWhereThereIsRoomForNoMore() {
    for (int round = 0; round < 3; round++) {
      for (int worker = 0; worker < 3; worker++) {
        roster.hear(says("gpu" + worker, "life", false), round);
      }
    }
    assertThat(roster.since(2)).hasSize(3);
  }

  private List<String> lives(String worker) {
    return roster.of(worker).stream().map(heard -> heard.heartbeat().life()).toList();
  }

  private static WorkerHeartbeat says(String worker, String life, boolean leaving) {
    return new WorkerHeartbeat(
        worker, "cpu", "host-cpu", false, "e", "", 0, 0, List.of(), 0, 0, 0, leaving, 0, life, -1);
  }
}
