package dev.sluice.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobStatus;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StateKeysTest {

  private static final int PARTITIONS = 40;

  private final EndedJobs record =
      EndedJobs.of(3, 12, List.of(new EndedJob("j", JobStatus.SUCCEEDED, 1, 2, 3)));

  @Test
  void jobsThatHaveEndedBelongInThePartitionThatTheirKeySaysAndInNoOther() {
    assertThat(StateKeys.of(record)).isEqualTo("/ended/3/12").isEqualTo(StateKeys.ended(3, 12));

    for (var key : List.of("/ended/3/12", "/ended/3/0")) {
      assertThat(
              IntStream.range(0, PARTITIONS)
                  .filter(partition -> StateKeys.belongs(key, partition, PARTITIONS)))
          .as(key)
          .containsExactly(3);
      assertThat(StateKeys.isForeign(key, 2, PARTITIONS)).as(key).isTrue();
    }
    assertThat(StateKeys.belongs("/ended/31/2", 3, PARTITIONS)).isFalse();
  }

  @Test
  void aRecordOfJobsThatHaveEndedStandsUnderItsOwnKeyInItsOwnPartition() {
    assertThat(StateKeys.isAt("/ended/3/12", 3, PARTITIONS, record)).isTrue();
    assertThat(StateKeys.isAt("/ended/3/12", 2, PARTITIONS, record)).isFalse();
    assertThat(StateKeys.isAt("/ended/2/12", 2, PARTITIONS, record)).isFalse();
    assertThat(StateKeys.isAt("/ended/3/13", 3, PARTITIONS, record)).isFalse();
    assertThat(StateKeys.isAt("j", Topic.partition("j", PARTITIONS), PARTITIONS, record)).isFalse();
  }

  @Test
  void noOtherKeyIsTakenForOneOfJobsThatHaveEnded() {
    assertThat(List.of("/ended/0/0", "/ended/3/12")).allMatch(StateKeys::isEnded);
    assertThat(
            List.of(
                StateKeys.CURSOR,
                "ended",
                StateKeys.chunk("ended", 0),
                StateKeys.curve("ended"),
                StateKeys.version("ended", 1),
                Topic.laneKey("ended")))
        .noneMatch(StateKeys::isEnded);
  }
}
