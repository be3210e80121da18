package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

  private static Stream<String> words(List<PlannedFault> faults) {
    return faults.stream().map(fault -> fault.kind() + " " + fault.action());
  }

  @Test
  void isAFunctionOfItsSeed() {
    assertThat(FaultPlan.of(7, 100)).isEqualTo(FaultPlan.of(7, 100));
    assertThat(FaultPlan.of(7, 100)).isNotEqualTo(FaultPlan.of(8, 100));
  }

  @Test
  void beginsWithOneOfEach() {
    assertThat(words(FaultPlan.of(3, FaultPlan.EACH)).distinct())
        .hasSize(FaultPlan.EACH)
        .contains("WORKER KILL", "COORDINATOR HANG", "PRODUCER RESTART", "BROKER FILL");
  }

  @Test
  void aLongerPlanBeginsLikeAShorterOne() {
    assertThat(FaultPlan.of(5, 200)).startsWith(FaultPlan.of(5, 30).toArray(PlannedFault[]::new));
  }

  @Test
  void hangsOutlastLocksAndSessionsAndEverythingIsBounded() {
    assertThat(FaultPlan.of(11, 1_000))
        .allSatisfy(
            fault -> {
              assertThat(fault.pauseMs()).isBetween(300L, 2_000L);
              assertThat(fault.lastsMs()).isBetween(0L, 9_000L);
              if (fault.action() == PlannedFault.Action.HANG) {
                assertThat(fault.lastsMs()).isGreaterThanOrEqualTo(3_000L);
              }
            });
  }
}
