package dev.sluice.coordinator.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** What is counted beforehand is what counting the heartbeats would give. */
final class FleetCountsTest {

  private static final List<String> LANES = List.of("a", "b", "c", "nobody's");
  private static final List<String> ENGINES = List.of("", "e", "f", "unknown");

  @RepeatedTest(20)
  void answersAreThoseOfTheHeartbeats(RepetitionInfo repetition) {
    var random = new SplittableRandom(repetition.getCurrentRepetition());
    var workers = new ArrayList<WorkerHeartbeat>();
    for (int n = random.nextInt(30); n > 0; n--) {
      workers.add(worker(n, random));
    }
    var waiting = Map.of("a", (long) random.nextInt(20), "b", 0L);
    var fleet = Fleet.of(workers).waiting(waiting);
    for (var lane : LANES) {
      Predicate<WorkerHeartbeat> serves = w -> w.lane().equals(lane) && !w.leaving();
      assertThat(fleet.workers(lane)).isEqualTo(count(workers, serves));
      assertThat(fleet.measured(lane))
          .isEqualTo(count(workers, serves.and(w -> !w.modelled())) > 0)
          .isEqualTo(fleet.measured().contains(lane));
      int running =
          workers.stream()
              .filter(w -> w.lane().equals(lane))
              .mapToInt(WorkerHeartbeat::running)
              .sum();
      assertThat(fleet.running(lane)).isEqualTo(running);
      assertThat(fleet.nothingWaits(lane))
          .isEqualTo(waiting.containsKey(lane) && waiting.getOrDefault(lane, 0L) <= running);
      var idle = serves.and(w -> w.running() == 0);
      assertThat(fleet.idleWorkers(lane))
          .isEqualTo(waiting.getOrDefault(lane, 0L) > running ? 0 : count(workers, idle));
      for (var engine : ENGINES) {
        Predicate<WorkerHeartbeat> fits = w -> engine.isEmpty() || w.engine().equals(engine);
        assertThat(fleet.workers(lane, engine)).isEqualTo(count(workers, serves.and(fits)));
        assertThat(fleet.idle(lane, engine)).isEqualTo(count(workers, idle.and(fits)) > 0);
      }
    }
  }

  @Test
  void aProcessIsHeardOfOrHasLeftAndIsNoOtherOfItsName() {
    var random = new SplittableRandom(1);
    var here = worker(1, random);
    var gone = new WorkerLife("w2", "life");
    var fleet = new Fleet(List.of(here), Map.of(), 7, Set.of(gone));
    assertThat(fleet.hears(here.who())).isTrue();
    assertThat(fleet.hears(gone)).isTrue();
    assertThat(fleet.hears(new WorkerLife("w1", "another life"))).isFalse();
    assertThat(fleet.waiting(Map.of("a", 1L)).left()).containsExactly(gone);
    assertThat(fleet.waiting(Map.of("a", 1L)).version()).isEqualTo(7);
  }

  private static int count(List<WorkerHeartbeat> workers, Predicate<WorkerHeartbeat> which) {
    return (int) workers.stream().filter(which).count();
  }

  private static WorkerHeartbeat worker(int number, SplittableRandom random) {
    return new WorkerHeartbeat(
        "w" + number,
        LANES.get(random.nextInt(3)),
        "host-cpu",
        random.nextBoolean(),
        ENGINES.get(1 + random.nextInt(2)),
        "",
        0,
        random.nextInt(3),
        List.of(),
        0,
        0,
        0,
        random.nextInt(4) == 0,
        1,
        "life",
        -1);
  }
}
