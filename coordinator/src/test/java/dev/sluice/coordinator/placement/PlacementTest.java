package dev.sluice.coordinator.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Aim;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which lane is chosen among those that can run a job. */
class PlacementTest {

  private static Candidate lane(
      String name,
      int workers,
      @Nullable Double wait,
      @Nullable Double work,
      @Nullable Double joules) {
    return new Candidate(name, workers, wait, work, joules);
  }

  private static String chosen(Aim aim, Candidate... candidates) {
    return Placement.choose(List.of(candidates), aim).orElseThrow().lane();
  }

  @Test
  void theEarliestFinishIsWaitAndWorkTogether() {
    var busyAndFast = lane("fast", 1, 10.0, 1.0, 5.0);
    var idleAndSlow = lane("slow", 1, 0.0, 8.0, 9.0);
    assertThat(chosen(Aim.FINISH, busyAndFast, idleAndSlow)).isEqualTo("slow");
    assertThat(chosen(Aim.ENERGY, busyAndFast, idleAndSlow)).isEqualTo("fast");
  }

  @Test
  void whatCanNotBePredictedComesAfterWhatCan() {
    assertThat(chosen(Aim.FINISH, lane("a", 1, 0.0, null, null), lane("b", 1, 50.0, 50.0, null)))
        .isEqualTo("b");
    assertThat(chosen(Aim.ENERGY, lane("a", 1, 0.0, 1.0, null), lane("b", 1, 0.0, 9.0, 4.0)))
        .isEqualTo("b");
  }

  @Test
  void aLaneWithoutWorkersComesLastHoweverFastItsHardware() {
    assertThat(chosen(Aim.FINISH, lane("a", 0, null, 0.1, 0.1), lane("b", 1, 90.0, 90.0, 90.0)))
        .isEqualTo("b");
    assertThat(chosen(Aim.FINISH, lane("a", 0, null, 0.1, 0.1))).isEqualTo("a");
  }

  @Test
  void tiesFallToTheNameSoThatTheChoiceIsAFunction() {
    assertThat(chosen(Aim.FINISH, lane("b", 1, 1.0, 1.0, 1.0), lane("a", 1, 1.0, 1.0, 1.0)))
        .isEqualTo("a");
  }

  @Test
  void nothingIsChosenFromNothing() {
    assertThat(Placement.choose(List.of(), Aim.FINISH)).isEmpty();
  }
}
