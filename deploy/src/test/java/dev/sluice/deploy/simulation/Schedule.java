package dev.sluice.deploy.simulation;

import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.Submitted;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One run: jobs are submitted, and a seed chooses who moves, what arrives and what goes wrong. Each
 * seed has its own mix of faults, some of them none, so that rare ones meet quiet times as well
 * (swarm testing: Groce et al., ISSTA 2012).
 */
final class Schedule {

  static final List<String> FIRST =
      List.of("train-a", "train-b", "dropped", "maybe", "diverging", "poison");
  static final List<String> THEN = List.of("infer", "missing");
  static final long STEPS_A = 14;
  static final long STEPS_B = 19;

  private static final int MOVES_MAX = 600_000;
  private static final int WORKERS_MAX = 6;
  private static final int INTENSITY_MAX = 40;

  private final World world;
  private final Map<Fault, Integer> intensity = new EnumMap<>(Fault.class);
  private final long cancelAt;
  private int slowness = 1;

  /** What can go wrong. */
  private enum Fault {
    LEDGER_DIES,
    LEDGER_TURNS_ZOMBIE,
    FOLD_DIES,
    FOLD_TURNS_ZOMBIE,
    WORKER_DIES,
    WORKER_HANGS,
    WORKER_SLOWS,
    WORKER_JOINS,
    WORKER_LEAVES_LANE,
    BROKERS_RESTART,
    CLOCK_JUMPS,
    CLOCK_GOES_BACK,
    CLIENT_REPEATS
  }

  Schedule(World world, boolean faults) {
    this.world = world;
    cancelAt = world.random.nextInt(4_000);
    if (faults) {
      slowness = 1 + world.random.nextInt(6);
      world.lossOneIn = world.random.nextBoolean() ? 0 : 2 + world.random.nextInt(20);
      for (var fault : Fault.values()) {
        boolean spared = world.random.nextInt(3) == 0;
        intensity.put(fault, spared ? 0 : 1 + world.random.nextInt(INTENSITY_MAX));
      }
    }
  }

  /** Runs until all jobs have ended and nothing is left to do. */
  void run(int workers) {
    for (int i = 0; i < workers; i++) {
      world.join(World.LANES.get(i % World.LANES.size()));
    }
    world.lookAtFleet();
    for (var lane : World.LANES) {
      world.tell("client", new LaneDeclared(new Lane(lane, "host-cpu", 0, 0)));
    }
    submit("train-a");
    submit("train-b");
    submit("dropped");
    submit("maybe");
    submit("diverging");
    submit("poison");
    drive(FIRST);
    submit("infer");
    submit("missing");
    drive(THEN);
    settle();
  }

  private void submit(String jobId) {
    var spec =
        switch (jobId) {
          case "train-a" -> Jobs.training(STEPS_A, 4, 42, "m");
          case "train-b" -> Jobs.training(STEPS_B, 2, 7, "m");
          case "dropped" -> Jobs.training(1_000_000, 4, 1, null);
          case "maybe" -> Jobs.training(9, 1, 2, null);
          case "infer" -> Jobs.inference("m");
          case "missing" -> Jobs.inference("nobody");
          default -> Jobs.training(9, 2, 3, null);
        };
    world.tell("client", new Submitted(jobId, "", spec));
  }

  private void drive(List<String> jobs) {
    for (int move = 0; move < MOVES_MAX; move++) {
      if (jobs.stream().allMatch(world::ended)) {
        return;
      }
      if (move == 800) {
        world.tell("client", new CancelRequested("dropped", "enough"));
      }
      if (move == cancelAt) {
        world.tell("client", new CancelRequested("maybe", "perhaps"));
      }
      move();
      fault();
    }
    var waiting = jobs.stream().filter(job -> !world.ended(job)).map(this::said).toList();
    throw new AssertionError(
        "seed %d: no end after %d moves: %s; workers %s; faults %s, slowness %d"
            .formatted(world.seed, MOVES_MAX, waiting, world.workers, intensity, slowness));
  }

  private String said(String jobId) {
    return world.stored(jobId).get(jobId) instanceof JobState job
        ? "%s is %s in %s with %s".formatted(jobId, job.status(), job.lane(), job.open())
        : jobId + " is not known";
  }

  private void move() {
    var random = world.random;
    int partition = random.nextInt(World.PARTITIONS);
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        if (!world.ledger(partition).act()) {
          world.replaceLedger(partition, false);
        }
      }
      case 2, 3 -> {
        if (!world.fold(partition).act()) {
          throw new AssertionError("an owner has lost its partition");
        }
      }
      case 4 -> tick(partition);
      case 5, 6, 7 -> {
        if (random.nextInt(slowness) == 0) {
          world.network.deliverOne();
        }
      }
      default -> {
        if (world.workers.isEmpty()) {
          world.join("a");
        }
        var worker = world.workers.get(random.nextInt(world.workers.size()));
        if (!worker.act()) {
          world.kill(worker);
        }
      }
    }
  }

  private void tick(int partition) {
    world.nowMs += world.random.nextInt(200);
    switch (world.random.nextInt(4)) {
      case 0 -> {
        world.fold(partition).checkpoint();
        boolean dies = intensity.getOrDefault(Fault.FOLD_DIES, 0) > 0;
        if (dies && world.random.nextInt(20) == 0) {
          world.replaceFold(partition, false); // the moment at which most could be lost
        }
      }
      case 1 -> world.lookAtFleet();
      case 2 -> {
        world.ledger(partition).look();
        world.fold(partition).lookForStragglers();
      }
      default -> world.moveAZombie();
    }
    if (world.random.nextInt(10) == 0) {
      world.workers.stream().filter(SimulatedWorker::hung).findFirst().ifPresent(w -> w.wake());
    }
  }

  private void fault() {
    var random = world.random;
    var fault = Fault.values()[random.nextInt(Fault.values().length)];
    if (random.nextInt(5_000) >= intensity.getOrDefault(fault, 0)) {
      return;
    }
    int partition = random.nextInt(World.PARTITIONS);
    switch (fault) {
      case LEDGER_DIES -> world.replaceLedger(partition, false);
      case LEDGER_TURNS_ZOMBIE -> world.replaceLedger(partition, true);
      case FOLD_DIES -> world.replaceFold(partition, false);
      case FOLD_TURNS_ZOMBIE -> world.replaceFold(partition, true);
      case WORKER_DIES -> {
        if (world.workers.size() > 1) {
          world.kill(world.workers.get(random.nextInt(world.workers.size())));
        }
      }
      case WORKER_HANGS -> {
        if (!world.workers.isEmpty()) {
          world.workers.get(random.nextInt(world.workers.size())).hang();
        }
      }
      case WORKER_SLOWS -> {
        if (!world.workers.isEmpty()) {
          world.workers.get(random.nextInt(world.workers.size())).slow(1 + random.nextInt(40));
        }
      }
      case WORKER_JOINS -> {
        if (world.workers.size() < WORKERS_MAX) {
          world.join(World.LANES.get(random.nextInt(World.LANES.size())));
        }
      }
      case WORKER_LEAVES_LANE -> {
        for (var worker : List.copyOf(world.workers)) {
          if (worker.lane.equals("b")) {
            world.kill(worker);
          }
        }
      }
      case BROKERS_RESTART -> world.restartBrokers();
      case CLOCK_JUMPS -> world.nowMs += random.nextInt(120_000);
      case CLOCK_GOES_BACK -> world.nowMs -= random.nextInt(3_000);
      case CLIENT_REPEATS -> submit(FIRST.get(random.nextInt(FIRST.size())));
    }
  }

  /** Without further faults everything comes to rest, and nothing of ended jobs stays. */
  private void settle() {
    world.endZombies();
    world.workers.forEach(SimulatedWorker::wake);
    World.LANES.forEach(world::join); // what is left in a lane without workers has to go as well
    for (int move = 0; move < MOVES_MAX && !world.isQuiet(); move++) {
      move();
    }
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      for (int call = 0; call < 3; call++) { // commits what was taken, takes, commits
        world.fold(partition).checkpoint();
      }
    }
  }
}
