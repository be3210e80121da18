package dev.sluice.coordinator.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long a lane is expected to keep a new task waiting. */
final class FleetTest {

  private static final double TASK_SECONDS = 10;

  @Test
  void nobodyWaitsWhereAWorkerIdles() {
    assertThat(fleet(3, 2, 2).waitSeconds("lane", 0)).isEqualTo(0.0);
    // One more waits than idle.
    assertThat(fleet(3, 2, 3).waitSeconds("lane", 0)).isGreaterThan(0);
    assertThat(fleet(0, 0, 0).waitSeconds("lane", 0)).isNull();
  }

  @Test
  void whatHasJustEndedIsNotWaitedFor() {
    assertThat(fleet(1, 1, 1).waitSeconds("lane", 1)).isEqualTo(0.0);
  }

  @Test
  void theWaitIsThatOfASimulatedQueue() {
    for (int workers : new int[] {1, 4, 100}) {
      for (int queued : new int[] {0, 8, 400}) {
        double expected = simulated(workers, queued);
        double actual =
            Objects.requireNonNull(
                fleet(workers, workers, workers + queued).waitSeconds("lane", 0));
        assertThat(actual)
            .as("%d workers, %d wait", workers, queued)
            .isCloseTo(expected, within(0.05 * TASK_SECONDS + 0.1 * expected));
      }
    }
  }

  /** Mean time until a task gets a worker, each of which is anywhere in its own at first. */
  private static double simulated(int workers, int queued) {
    var random = new SplittableRandom(1);
    double sum = 0;
    int runs = 400;
    for (int run = 0; run < runs; run++) {
      var free = new PriorityQueue<Double>();
      for (int worker = 0; worker < workers; worker++) {
        free.add(random.nextDouble() * TASK_SECONDS);
      }
      for (int task = 0; task < queued; task++) {
        free.add(free.remove() + TASK_SECONDS);
      }
      sum += free.remove();
    }
    return sum / runs;
  }

  private static Fleet fleet(int workers, int busy, long notDone) {
    return new Fleet(
        IntStream.range(0, workers).mapToObj(n -> worker(n, n < busy ? 1 : 0)).toList(),
        Map.of("lane", notDone),
        0);
  }

  private static WorkerHeartbeat worker(int number, int running) {
    return new WorkerHeartbeat(
        "w" + number,
        "lane",
        "host-cpu",
        false,
        "",
        "",
        0,
        running,
        List.of(),
        0,
        0,
        0,
        false,
        TASK_SECONDS,
        "",
        -1);
  }
}
