package dev.sluice.deploy.simulation;

import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.DeleteModel;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.ValidationMetric;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One run: jobs are submitted, and a seed chooses who moves, what arrives and what goes wrong. Each
 * seed has its own mix of faults, some of them none, so that rare ones meet quiet times as well
 * (swarm testing: Groce et al., ISSTA 2012).
 */
final class SimulatedRun {

  static final List<String> FIRST =
      List.of("train-a", "train-b", "dropped", "maybe", "diverging", "poison");
  static final List<String> THEN =
      List.of("infer", "missing", "quantised", "rows-1", "rows-2", "rows-3", "rows-4", "nobody-1");
  static final long STEPS_A = 14;
  static final long STEPS_B = 39;

  /** Training of train-b ends long before its steps are done. */
  private static final EarlyStopping EARLY = new EarlyStopping(2, ValidationMetric.LOSS, 0);

  /** Most runs end within a tenth; where a single worker dies every few seconds it takes long. */
  private static final int MOVES_MAX = 400_000;

  private static final int WORKERS_MAX = 6;
  private static final int COORDINATORS_MAX = 3;
  private static final int INTENSITY_MAX = 40;
  private static final int POLL_ONE_IN = 4;

  /**
   * Turns of 20 ms: a fold that replays still takes a checkpoint, finds itself fenced by one that
   * has gone, waits, takes over again, and takes another.
   */
  private static final int TURNS_AT_END = 100;

  private static final int TURNS_AT_END_MAX = 2_000;

  private static final Set<Fault> OF_COORDINATORS =
      EnumSet.range(Fault.COORDINATOR_DIES, Fault.FOLD_RELOADS);

  private final World world;
  private final Map<Fault, Integer> intensity = new EnumMap<>(Fault.class);
  private final long cancelAt;
  private final long deleteAt;
  private final int deleted;
  private int slowness = 1;

  /** Whether workers of the next release have begun to come. */
  private boolean upgraded;

  /** What can go wrong. */
  private enum Fault {
    COORDINATOR_DIES,
    COORDINATOR_STOPS,
    COORDINATOR_JOINS,
    COORDINATOR_HANGS,
    COORDINATOR_EXPELLED,
    LEDGER_RELOADS,
    FOLD_RELOADS,
    WORKER_DIES,
    WORKER_HANGS,
    WORKER_SLOWS,
    WORKER_JOINS,
    WORKER_LEAVES_LANE,
    BROKERS_RESTART,
    CLOCK_JUMPS,
    CLOCK_GOES_BACK,
    CLIENT_REPEATS,
    CLIENT_CANCELS_AGAIN,
    DEADLINE_SAID
  }

  /** It goes on for ever, and no invariant says why. */
  static final class NoEnd extends AssertionError {
    private static final long serialVersionUID = 1L;

    private NoEnd(String how) {
      super(how);
    }
  }

  SimulatedRun(World world, boolean faults) {
    this.world = world;
    cancelAt = world.random.nextInt(4_000);
    deleteAt = world.random.nextInt(1_000);
    deleted = 1 + world.random.nextInt(2);
    if (faults) {
      slowness = 1 + world.random.nextInt(6);
      world.lossOneIn = world.random.nextBoolean() ? 0 : 2 + world.random.nextInt(20);
      world.repetitionOneIn = world.random.nextBoolean() ? 0 : 2 + world.random.nextInt(20);
      world.restarts = world.random.nextInt(4) == 0;
      boolean calm = world.random.nextInt(4) == 0; // what one takeover mends shows without others
      for (var fault : Fault.values()) {
        boolean spared = world.random.nextInt(3) == 0 || (calm && OF_COORDINATORS.contains(fault));
        intensity.put(fault, spared ? 0 : 1 + world.random.nextInt(INTENSITY_MAX));
      }
    }
  }

  /** Runs until all jobs have ended and nothing is left to do. */
  void run(int workers) {
    world.coordinate();
    for (int i = 0; i < workers; i++) {
      world.join(World.LANES.get(i % World.LANES.size()), World.ENGINE);
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
    submit("quantised");
    THEN.stream().filter(SimulatedRun::hasRows).forEach(this::submit);
    drive(THEN);
    settle();
  }

  private void submit(String jobId) {
    var spec =
        switch (jobId) {
          case "train-a" ->
              SimulatedJobs.training(
                  Priority.NORMAL,
                  STEPS_A,
                  SimulatedJobs.SHARDS_A,
                  42,
                  "m",
                  null,
                  SimulatedJobs.encoding(jobId, world.format));
          case "train-b" ->
              SimulatedJobs.training(
                  Priority.HIGH,
                  STEPS_B,
                  SimulatedJobs.SHARDS_B,
                  7,
                  "m",
                  EARLY,
                  SimulatedJobs.encoding(jobId, world.format));
          case "dropped" -> SimulatedJobs.training(Priority.NORMAL, 1_000_000, 4, 1, "m");
          case "maybe" -> SimulatedJobs.training(Priority.LOW, 9, 1, 2, null);
          case "infer" -> SimulatedJobs.inference("m");
          case "missing" -> SimulatedJobs.inference("nobody");
          case "quantised" -> SimulatedJobs.quantisation("m");
          case "nobody-1" -> SimulatedJobs.prediction(jobId, "nobody");
          default ->
              hasRows(jobId)
                  ? SimulatedJobs.prediction(jobId, "m")
                  : SimulatedJobs.training(Priority.NORMAL, 9, 2, 3, null);
        };
    world.tell("client", new Submitted(jobId, "", spec));
  }

  private static boolean hasRows(String jobId) {
    return jobId.startsWith("rows-") || jobId.startsWith("nobody-");
  }

  private void drive(List<String> jobs) {
    for (int move = 0; move < MOVES_MAX; move++) {
      if (jobs.stream().allMatch(world::ended)) {
        return;
      }
      if (move == 800) {
        world.tell("client", new CancelRequested("dropped", "enough"));
      }
      if (move == deleteAt && jobs.equals(THEN)) {
        world.tell("client", new DeleteModel("m", deleted)); // jobs have it, or ask for it
      }
      if (move == cancelAt) {
        world.tell("client", new CancelRequested("maybe", "perhaps"));
      }
      move();
      fault();
    }
    var waiting = jobs.stream().filter(job -> !world.ended(job)).map(this::said).toList();
    throw new NoEnd(
        String.format(
            Locale.ROOT,
            "seed %d: no end after %d moves: %s; %s; %s; faults %s, slowness %d",
            world.seed,
            MOVES_MAX,
            waiting,
            world.coordinators,
            world.workers,
            intensity,
            slowness));
  }

  private String said(String jobId) {
    return switch (world.stored(jobId).get(jobId)) {
      case JobState job ->
          "%s is %s in %s with %s".formatted(jobId, job.status(), job.lane(), job.open());
      case OpenPrediction job ->
          "%s is %s in %s, attempt %s".formatted(jobId, job.status(), job.lane(), job.attempt());
      case null, default -> jobId + " is not known";
    };
  }

  private void move() {
    var random = world.random;
    int partition = random.nextInt(World.PARTITIONS);
    var coordinator = world.coordinators.get(random.nextInt(world.coordinators.size()));
    switch (random.nextInt(12)) {
      case 0, 1 -> coordinator.turnLedger(partition);
      case 2, 3 -> coordinator.turnFold(partition);
      case 4 -> tick(coordinator, partition);
      case 5, 6, 7 -> {
        if (world.network.isFull() || random.nextInt(slowness) == 0) {
          world.network.deliverOne();
        }
      }
      default -> {
        if (world.workers.isEmpty()) {
          world.join("a", World.ENGINE);
        }
        var worker = world.workers.get(random.nextInt(world.workers.size()));
        if (!worker.act()) {
          world.kill(worker);
        }
      }
    }
  }

  private void tick(Coordinator coordinator, int partition) {
    var random = world.random;
    world.pass(random.nextInt(200));
    world.transactions.expire();
    switch (random.nextInt(3)) {
      case 0 -> {
        coordinator.checkpoint(partition);
        boolean dies = intensity.getOrDefault(Fault.COORDINATOR_DIES, 0) > 0;
        if (dies && random.nextInt(20) == 0) {
          replace(coordinator, true); // the moment at which most could be lost
        }
      }
      case 1 -> world.lookAtFleet();
      default -> {
        if (random.nextInt(POLL_ONE_IN) == 0) { // what it has lost it goes on with until then
          coordinator.poll();
        }
      }
    }
    if (random.nextInt(20) == 0) {
      // Jobs under way are pinned to an engine, and whoever operates it keeps some workers with it.
      for (var engine : World.ENGINES) {
        if (upgraded && world.workers.stream().noneMatch(worker -> worker.engine.equals(engine))) {
          world.join("a", engine);
        }
      }
    }
    if (random.nextInt(10) == 0) {
      world.workers.stream()
          .filter(SimulatedWorker::disturbed)
          .findFirst()
          .ifPresent(SimulatedWorker::wake);
      world.coordinators.stream()
          .filter(Coordinator::hung)
          .findFirst()
          .ifPresent(Coordinator::wake);
    }
  }

  /** It ends, and the last one is replaced. */
  private void replace(Coordinator coordinator, boolean dies) {
    world.end(coordinator, dies);
    if (world.coordinators.isEmpty()) {
      world.coordinate();
    }
  }

  private void fault() {
    var random = world.random;
    var fault = Fault.values()[random.nextInt(Fault.values().length)];
    if (random.nextInt(5_000) >= intensity.getOrDefault(fault, 0)) {
      return;
    }
    int partition = random.nextInt(World.PARTITIONS);
    var coordinator = world.coordinators.get(random.nextInt(world.coordinators.size()));
    switch (fault) {
      case COORDINATOR_DIES -> replace(coordinator, true);
      case COORDINATOR_STOPS -> replace(coordinator, false);
      case COORDINATOR_JOINS -> {
        if (world.coordinators.size() < COORDINATORS_MAX) {
          world.coordinate();
        }
      }
      case COORDINATOR_HANGS -> {
        coordinator.hang();
        if (random.nextBoolean()) { // for longer than its groups wait for it
          world.ledgerOwners.remove(coordinator);
          world.foldOwners.remove(coordinator);
        }
      }
      case COORDINATOR_EXPELLED -> { // from one of the two groups, or from both
        if (random.nextInt(3) > 0) {
          world.ledgerOwners.remove(coordinator);
        }
        if (random.nextInt(3) > 0) {
          world.foldOwners.remove(coordinator);
        }
      }
      case LEDGER_RELOADS -> coordinator.failLedger(partition);
      case FOLD_RELOADS -> coordinator.failFold(partition);
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
          upgraded |= random.nextInt(4) == 0;
          var engines = World.ENGINES.subList(0, upgraded ? 2 : 1);
          world.join(
              World.LANES.get(random.nextInt(World.LANES.size())),
              engines.get(random.nextInt(engines.size())));
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
      case CLIENT_REPEATS -> {
        submit(FIRST.get(random.nextInt(FIRST.size())));
        THEN.stream().filter(SimulatedRun::hasRows).filter(world::ended).forEach(this::submit);
      }
      case CLIENT_CANCELS_AGAIN -> {
        if (world.ended("dropped")) {
          world.tell("client", new CancelRequested("dropped", "again"));
        }
      }
      case DEADLINE_SAID -> deadline(FIRST.get(random.nextInt(FIRST.size())));
    }
  }

  /** A coordinator whose clock is wrong, or that was late, says that a task's time is up. */
  private void deadline(String jobId) {
    if (world.stored(jobId).get(jobId) instanceof JobState job && !job.open().isEmpty()) {
      var task = job.open().get(world.random.nextInt(job.open().size()));
      world.tell("clock", new DeadlineReached(jobId, task.taskId(), task.attempt()));
    }
  }

  /** Without further faults everything comes to rest, and nothing of ended jobs stays. */
  private void settle() {
    world.coordinators.forEach(Coordinator::wake);
    world.workers.forEach(SimulatedWorker::wake);
    for (var lane : World.LANES) {
      // What is left in a lane without workers has to go as well.
      World.ENGINES.forEach(engine -> world.join(lane, engine));
    }
    for (int move = 0; move < MOVES_MAX && !world.isQuiet(); move++) {
      move();
    }
    for (int call = 0; call < TURNS_AT_END; call++) {
      turnAll();
    }
    // Who has taken a fold partition over again says once more how far it is.
    for (int call = 0; call < TURNS_AT_END_MAX && !world.isQuiet(); call++) {
      turnAll();
    }
  }

  /** Everything that is said arrives, owners go on, and checkpoints are written. */
  private void turnAll() {
    world.pass(20);
    world.transactions.expire();
    while (!world.network.isEmpty()) {
      world.network.deliverOne();
    }
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      var ledger = world.ledgerOwners.owner(partition);
      if (ledger != null) {
        ledger.turnLedger(partition);
      }
      var fold = world.foldOwners.owner(partition);
      if (fold != null) {
        fold.turnFold(partition);
        fold.checkpoint(partition);
      }
    }
  }
}
