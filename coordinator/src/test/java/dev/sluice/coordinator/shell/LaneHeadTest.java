package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.coordinator.shell.LaneHead.Waiting;
import dev.sluice.platform.kafka.LaneOffsets.Standing;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class LaneHeadTest {

  private static final TopicPartition PARTITION = new TopicPartition("sluice.tasks.a.normal", 0);

  /** Each task is followed by the marker of its transaction. */
  private static final LaneHead THREE =
      new LaneHead(10, List.of(task(10, "a"), task(12, "b"), task(14, "c")), 16);

  @Test
  void aGroupGoesOnBeforeTheFirstTaskThatIsWanted() {
    assertThat(THREE.begin(untouched(16), of("a"))).isEqualTo(12);
    assertThat(THREE.begin(untouched(16), of("a", "b"))).isEqualTo(14);
  }

  @Test
  void itGoesOnAtTheEndWhereNothingIsWanted() {
    assertThat(THREE.begin(untouched(16), of("a", "b", "c"))).isEqualTo(16);
    var markers = new LaneHead(10, List.of(), 12);
    assertThat(markers.begin(untouched(12), of())).isEqualTo(12);
  }

  @Test
  void whatStandsBehindATaskThatIsWantedStays() {
    assertThat(THREE.begin(untouched(16), of("b", "c"))).isEqualTo(10);
    assertThat(THREE.first().begin(untouched(16), of("b", "c"))).isEqualTo(10);
  }

  @Test
  void onceTheFirstIsWantedNoMoreItLeavesEvenWhereNothingElseWasKept() {
    assertThat(THREE.first().begin(untouched(16), of("a"))).isEqualTo(11);
  }

  @Test
  void whereWorkersHaveFinishedTasksBeyondItMovesOnlyWhenNothingIsLeft() {
    var finishedB = new Standing(PARTITION, 10, 16, 5);
    assertThat(THREE.begin(finishedB, of("a"))).isEqualTo(10);
    assertThat(THREE.begin(finishedB, of("a", "b", "c"))).isEqualTo(16);
  }

  @Test
  void aMarkerThatIsFinishedBeforeTheFirstTaskIsNoTask() {
    var head = new LaneHead(9, List.of(task(10, "a"), task(12, "b")), 14);
    var markerFinished = new Standing(PARTITION, 9, 14, 4);
    assertThat(head.begin(markerFinished, of("a"))).isEqualTo(12);
  }

  private static Standing untouched(long end) {
    return new Standing(PARTITION, 10, end, end - 10);
  }

  private static Waiting task(long offset, String job) {
    return new Waiting(offset, job, 1);
  }

  private static Predicate<Waiting> of(String... jobs) {
    return task -> List.of(jobs).contains(task.jobId());
  }
}
