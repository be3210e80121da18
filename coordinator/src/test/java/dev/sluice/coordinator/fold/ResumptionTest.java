package dev.sluice.coordinator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Cause;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResumptionTest {

  @Test
  void aLogThatReachesOverTheCheckpointLosesNothing() {
    assertThat(Resumption.of("log", 50, 0, 90)).isEqualTo(new Resumption(50, null));
    assertThat(Resumption.of("log", 50, 50, 50)).isEqualTo(new Resumption(50, null));
  }

  @Test
  void whatWasRemovedBeforeItWasFoldedIsLost() {
    var resumption = Resumption.of("log", 50, 60, 90);
    assertThat(resumption.nextOffset()).isEqualTo(60);
    var loss = said(resumption.loss());
    assertThat(loss.why()).contains("up to offset 50", "begins at 60");
    assertThat(loss.mend()).contains("retention", "submit the job again");
  }

  @Test
  void anEndThatBrokersLostIsLostAndIsNotSkippedOver() {
    var resumption = Resumption.of("log", 50, 0, 40);
    // What is written at 40 to 49 from now on was not folded.
    assertThat(resumption.nextOffset()).isEqualTo(40);
    var loss = said(resumption.loss());
    assertThat(loss.why()).contains("up to offset 50", "ends at 40");
    assertThat(loss.mend()).contains("unclean");
  }

  private static Cause said(@Nullable Cause loss) {
    if (loss == null) {
      throw new AssertionError("nothing is said to be lost");
    }
    return loss;
  }
}
