package dev.sluice.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.Submitted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Ledger, fold and workers over a simulated log, with deaths at every moment. A failing seed is
 * named in the message; {@code -Dsluice.simulation.seed=N} runs it alone.
 */
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("sluice.simulation.seeds", 400);
  private static final Long ONE_SEED = Long.getLong("sluice.simulation.seed");
  private static final int MOVES_MAX = 60_000;
  private static final List<String> JOBS = List.of("train-a", "train-b", "dropped");
  private static final long STEPS = 14;

  @Test
  void whateverDiesTheOutcomeIsThatOfTheUndisturbedRun() {
    var undisturbed = run(0, 1, false);
    for (long seed = 1; seed <= SEEDS; seed++) {
      if (ONE_SEED == null || ONE_SEED == seed) {
        int workers = 1 + (int) (seed % 5);
        compare(seed, undisturbed, run(seed, workers, true));
      }
    }
  }

  private static void compare(long seed, World undisturbed, World world) {
    for (var job : List.of("train-a", "train-b")) {
      assertThat(bits(world.exported.get(job)))
          .as("seed %d: final parameters of %s", seed, job)
          .isEqualTo(bits(undisturbed.exported.get(job)));
    }
    // Two jobs registered one name: versions 1 and 2, each once.
    assertThat(List.of(version(world, "train-a"), version(world, "train-b")))
        .as("seed %d: versions", seed)
        .containsExactlyInAnyOrder(1, 2);
  }

  private static World run(long seed, int workers, boolean faults) {
    var world = new World(seed);
    for (int i = 0; i < workers; i++) {
      world.workers.add(new SimulatedWorker("w" + i, world));
    }
    world.tell(new LaneDeclared(new Lane(World.LANE, "host-cpu", 0, 0)));
    settle(world, seed, () -> world.jobs.stream().allMatch(log -> log.size() >= 1));
    world.tell(new Submitted("train-a", "", Specs.training(STEPS, 4, "m")));
    world.tell(new Submitted("train-b", "", Specs.training(STEPS + 5, 2, "m")));
    world.tell(new Submitted("dropped", "", Specs.training(1_000_000, 4, null)));
    drive(world, seed, faults, JOBS);
    world.tell(new Submitted("infer", "", Specs.inference("m", "latest")));
    world.tell(new Submitted("missing", "", Specs.inference("nobody", "latest")));
    drive(world, seed, faults, List.of("infer", "missing"));

    assertThat(status(world, "train-a")).as("seed %d", seed).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(status(world, "train-b")).as("seed %d", seed).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(status(world, "dropped")).as("seed %d", seed).isEqualTo(JobStatus.CANCELLED);
    assertThat(status(world, "infer")).as("seed %d", seed).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(status(world, "missing")).as("seed %d", seed).isEqualTo(JobStatus.FAILED);
    everyRowOnce(world, seed);
    return world;
  }

  private interface Condition {
    boolean holds();
  }

  private static void settle(World world, long seed, Condition until) {
    for (int move = 0; move < 100; move++) {
      for (int partition = 0; partition < World.PARTITIONS; partition++) {
        world.decide(partition, false);
      }
    }
    assertThat(until.holds()).as("seed %d", seed).isTrue();
  }

  private static void drive(World world, long seed, boolean faults, List<String> jobs) {
    for (int move = 0; move < MOVES_MAX; move++) {
      if (world.ended.keySet().containsAll(jobs)) {
        return;
      }
      if (move == 300) {
        world.tell(new CancelRequested("dropped", "enough"));
      }
      int partition = world.random.nextInt(World.PARTITIONS);
      switch (world.random.nextInt(8)) {
        case 0, 1 -> world.decide(partition, faults && world.random.nextInt(10) == 0);
        case 2, 3 -> world.fold(partition);
        case 4 -> {
          if (world.random.nextInt(4) == 0) {
            world.checkpoint(partition);
          }
          world.tick();
        }
        case 5 -> {
          if (faults) {
            fault(world, partition);
          }
        }
        default -> {
          if (!world.workers.isEmpty()) {
            world.workers.get(world.random.nextInt(world.workers.size())).act();
          }
        }
      }
    }
    throw new AssertionError(
        "seed %d: not ended after %d moves: %s of %s"
            .formatted(seed, MOVES_MAX, world.ended.keySet(), jobs));
  }

  private static void fault(World world, int partition) {
    switch (world.random.nextInt(12)) {
      case 0 -> world.killFold(partition);
      case 1 -> {
        // A worker dies, another one comes.
        if (world.workers.size() > 1) {
          world.workers.remove(world.random.nextInt(world.workers.size())).die();
        }
      }
      case 2 -> {
        if (world.workers.size() < 6) {
          world.workers.add(new SimulatedWorker("n" + world.random.nextInt(10_000), world));
        }
      }
      default -> {}
    }
  }

  private static void everyRowOnce(World world, long seed) {
    var ranges = new ArrayList<ResultRange>();
    for (var state : world.stored("infer").values()) {
      if (state instanceof ManifestChunk chunk && chunk.jobId().equals("infer")) {
        ranges.addAll(chunk.ranges());
      }
    }
    ranges.sort(Comparator.comparingLong(ResultRange::rowFrom));
    long next = 0;
    for (var range : ranges) {
      assertThat(range.rowFrom()).as("seed %d: rows answered once", seed).isEqualTo(next);
      next = range.rowTo();
    }
    assertThat(next).as("seed %d: all rows answered", seed).isEqualTo(30);
  }

  private static JobStatus status(World world, String jobId) {
    return Objects.requireNonNull(world.ended.get(jobId)).status();
  }

  private static int version(World world, String jobId) {
    var model = Objects.requireNonNull(world.ended.get(jobId)).model();
    return Objects.requireNonNull(model).version();
  }

  private static int[] bits(float @Nullable [] values) {
    Objects.requireNonNull(values, "nothing was exported");
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
