package dev.sluice.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LedgerResumptionTest {

  @Test
  void aLogThatReachesOverTheCursorLosesNothing() {
    assertThat(LedgerResumption.of("log", 50, 0, 90)).isEqualTo(new LedgerResumption(50, null));
    assertThat(LedgerResumption.of("log", 50, 50, 50)).isEqualTo(new LedgerResumption(50, null));
    assertThat(LedgerResumption.of("log", 0, 0, 0)).isEqualTo(new LedgerResumption(0, null));
  }

  @Test
  void ofALogThatLostItsEndWhatComesNextIsDecidedOn() {
    var resumption = LedgerResumption.of("log", 50, 0, 40);
    assertThat(resumption.nextOffset()).isEqualTo(40);
    assertThat(resumption.loss())
        .contains("log has lost its end", "up to offset 50", "offsets 40 to 49", "submit them")
        .contains("unclean.leader.election.enable=false");
  }

  @Test
  void ofALogThatLostItsBeginningTheRestIsDecidedOn() {
    var resumption = LedgerResumption.of("log", 50, 60, 90);
    assertThat(resumption.nextOffset()).isEqualTo(60);
    assertThat(resumption.loss())
        .contains("log has lost its beginning", "begins at 60", "offsets 50 to 59", "submit them")
        .contains("retention.ms");
  }
}
