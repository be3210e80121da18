package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TorchScript;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskRowsTest {

  private static final long LEAST = 1_024;
  private static final long MOST = 65_536;
  private static final NetworkFacts SMALL = facts(dense(10), List.of(64), 10, 650);

  private static LayerStack dense(int outputs) {
    return new LayerStack(List.of(), List.of(new Dense(outputs, true)));
  }

  private static NetworkFacts facts(
      Network network, List<Integer> input, int outputs, long parameters) {
    var none = new Affine(List.of(), List.of());
    return new NetworkFacts(
        network,
        input,
        outputs,
        Objective.CROSS_ENTROPY,
        List.of(),
        List.of(),
        none,
        none,
        List.of(),
        parameters,
        parameters);
  }

  @Test
  void tasksGrowWithTheirJob() {
    assertThat(TaskRows.of(1_000, 2, SMALL, LEAST, MOST)).isEqualTo(LEAST);
    assertThat(TaskRows.of(100_000, 2, SMALL, LEAST, MOST)).isEqualTo(100_000 / 32);
    assertThat(TaskRows.of(1_000_000, 2, SMALL, LEAST, MOST)).isEqualTo(1_000_000 / 32);
  }

  @Test
  void manyWorkersGetSeveralTasksEach() {
    assertThat(TaskRows.of(1_000_000, 50, SMALL, LEAST, MOST)).isEqualTo(1_000_000 / (8 * 50));
  }

  @Test
  void aTaskOfALargeJobStaysSmallEnoughToBeDoneAgain() {
    assertThat(TaskRows.of(1_000_000_000, 2, SMALL, LEAST, MOST)).isEqualTo(MOST);
  }

  @Test
  void aNetworkThatTakesLongAnswersFewerRowsATask() {
    var convolutions =
        new LayerStack(
            List.of(3, 64, 64), List.of(new Conv2d(64, 3, 1, 1, true), new Flatten(), dense10()));
    var slow = facts(convolutions, List.of(3, 64, 64), 10, 2_623_242);
    long rows = TaskRows.of(1_000_000, 2, slow, 1, MOST);
    assertThat(rows).isBetween(500L, 5_000L);
  }

  private static Dense dense10() {
    return new Dense(10, true);
  }

  @Test
  void wideRowsAndWideAnswersCount() {
    long wide = TaskRows.of(10_000_000, 2, facts(dense(10), List.of(10_000), 10, 100_010), 1, MOST);
    assertThat(wide).isLessThan(TaskRows.of(10_000_000, 2, SMALL, 1, MOST));
    long manyClasses =
        TaskRows.of(10_000_000, 2, facts(dense(9_999), List.of(4), 9_999, 1), 1, MOST);
    assertThat(manyClasses).isLessThan(10_000);
  }

  @Test
  void aNetworkWhoseLayersAreUnseenCountsAsAHeavyOne() {
    var script = facts(new TorchScript("sha256:", List.of()), List.of(64), 10, 11_000_000);
    assertThat(TaskRows.of(1_000_000, 2, script, 1, MOST)).isLessThan(100);
  }

  @Test
  void theConfiguredLeastIsKept() {
    assertThat(TaskRows.of(1_000_000, 2, SMALL, 200_000, MOST)).isEqualTo(200_000);
  }
}
