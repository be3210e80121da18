package dev.sluice.deploy.simulation;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.accelerator.HostProcessor;
import dev.sluice.worker.compute.ReportedStarts;
import dev.sluice.worker.compute.TaskEvents;
import dev.sluice.worker.compute.TaskRunner;
import dev.sluice.worker.compute.TaskSource;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.lease.Intake;
import dev.sluice.worker.lease.TaskSink;
import dev.sluice.worker.work.KnownJobs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker: the production intake and the production runner of tasks, and what is around them: the
 * brokers, an engine, and news on its way from one to the other. It may die, between any two
 * records, be slow, or hang and come back to find that others have its tasks.
 */
final class SimulatedWorker {

  private static final int TASKS_MAX = 16;

  /** As a worker has it that nobody has configured. */
  private static final TaskRunner.Manner MANNER =
      new TaskRunner.Manner(new HostProcessor(), 150, 10_000, 60_000);

  /** It learns one time of so many that others have what it held, and else goes on. */
  private static final int LEARNS_ONE_IN = 8;

  private static final int TASK_MICROS_MAX = 50_000;

  /** Tasks of every third seed, which come in hundreds after a few. */
  private static final int TINY_MICROS_MAX = 100;

  private static final int TINY_AFTER = 4;

  final String name;
  final String life;
  final String lane;
  final String engine;
  final KnownJobs known = new KnownJobs();
  private final World world;
  private final SimulatedGroup group;
  private final SimulatedExchange exchange;
  private final Intake intake;
  private final TaskRunner runner;
  private final SimulatedRows rows;
  private final Deque<News> inbox = new ArrayDeque<>();
  private final Deque<Runnable> messages = new ArrayDeque<>();
  private boolean hung;
  private int slowness = 1;
  private long awakeMs;

  /** What the runner is told of tasks when it gets to it. */
  private record News(boolean isLoss, Runnable told) {}

  SimulatedWorker(WorkerLife who, String lane, String engine, World world) {
    this.name = who.worker();
    this.life = who.life();
    this.lane = lane;
    this.engine = engine;
    this.world = world;
    var events = new TaskEvents(this::tell, who, engine);
    group = new SimulatedGroup(world, this);
    rows = new SimulatedRows(world, this, events);
    exchange = new SimulatedExchange(world, name, engine);
    intake =
        new Intake(
            new Intake.Manner(engine, TASKS_MAX, TINY_AFTER),
            group,
            new ReportedStarts(events, new Fate()),
            new Sink(),
            known::isVoid,
            known::hasFacts);
    runner =
        new TaskRunner(
            MANNER,
            new TaskRunner.Ports(
                new Source(),
                events,
                exchange,
                new SimulatedComputation(world, name, this::stored),
                known,
                note -> {},
                () -> TimeUnit.MILLISECONDS.toNanos(world.steadyMs),
                this::settled));
  }

  @Override
  public String toString() {
    var jobs = runner.activity().jobs();
    return name + " in " + lane + " of " + engine + (hung ? " hangs with " : " has ") + jobs;
  }

  /** How the names begin under which it holds locks. */
  String holder() {
    return name + "/" + life + "/";
  }

  int holding() {
    return runner.holding();
  }

  WorkerHeartbeat heartbeat() {
    return new WorkerHeartbeat(
        name,
        lane,
        Catalogue.HOST_CPU.id(),
        false,
        engine,
        "",
        0,
        holding(),
        List.of(),
        0,
        0,
        0,
        false,
        0,
        life,
        -1);
  }

  boolean hung() {
    return hung;
  }

  boolean disturbed() {
    return hung || slowness > 1;
  }

  /** When its intake last looked. */
  long awakeMs() {
    return awakeMs;
  }

  /** The state of a fold is on its way to it. */
  void sent(BlockSnapshot state) {
    exchange.sent(state);
  }

  /** Parameters are on their way to it. */
  void sent(ParameterBlock block) {
    exchange.sent(block);
  }

  void receive(ParameterBlock block) {
    exchange.receive(block);
  }

  void receive(BlockSnapshot state, long nextOffset) {
    exchange.receive(state, nextOffset);
  }

  /** Its locks run out while it does nothing. */
  void hang() {
    hung = true;
    group.giveBack();
  }

  void wake() {
    hung = false;
    slowness = 1;
  }

  /** From now on it computes one time of so many. */
  void slow(int times) {
    slowness = times;
  }

  /** Does what is due; false: it has died of it. */
  boolean act() {
    if (hung) {
      return true;
    }
    group.look(intake);
    while (!messages.isEmpty()) {
      messages.remove().run();
    }
    intake.step(world.steadyMs);
    awakeMs = world.steadyMs;
    exchange.look();
    rows.act();
    return world.random.nextInt(slowness) > 0 || compute();
  }

  private boolean compute() {
    try {
      while (!inbox.isEmpty() && learns(inbox.element())) {
        inbox.remove().told.run();
      }
      runner.step();
      return true;
    } catch (SimulatedComputation.Killed e) {
      return false;
    }
  }

  private boolean learns(News news) {
    return !news.isLoss || world.random.nextInt(LEARNS_ONE_IN) == 0;
  }

  private void stored(String key, Outcome outcome) {
    inbox.add(new News(false, () -> runner.stored(key, outcome, null)));
  }

  private void settled(String key) {
    inbox.add(new News(false, () -> runner.settled(key)));
  }

  private void begin(HeldTask held) {
    boolean hidden = world.mutation == Mutation.SUSPECTS_BESIDE_OTHERS;
    int deliveries = hidden ? group.deliveries(held.task()) : held.delivery();
    world.invariants.alone(held.task(), deliveries, runner.holding());
    world.invariants.begins(held.tiny());
    runner.arrived(held);
  }

  private final class Sink implements TaskSink {

    @Override
    public void arrived(HeldTask task) {
      world.invariants.begun(task.task());
      inbox.add(new News(false, () -> begin(task)));
    }

    @Override
    public void lost(String key) {
      inbox.add(new News(true, () -> runner.lost(key)));
    }
  }

  /** What it tells the ledger is stored in its time; now and then it does not hear of that. */
  private void tell(String jobId, JobEvent event, Consumer<@Nullable Exception> sent) {
    if (event instanceof TaskReported report) {
      world.invariants.reports(report, exchange.underWay(jobId));
    }
    world.tell(
        name,
        event,
        () -> {
          if (event instanceof TaskReported report) {
            world.reported(report);
          }
          sent.accept(world.loses() ? new Exception("nobody has heard of it") : null);
        });
  }

  /** What came of telling the ledger of tasks that begin, when the intake gets to it. */
  private final class Fate implements ReportedStarts.Fate {

    @Override
    public void started(String key) {
      messages.add(() -> intake.started(key));
    }

    @Override
    public void giveBack(String key) {
      messages.add(() -> intake.giveBack(key, world.steadyMs));
    }

    @Override
    public void unheard(Task task, String what, Exception why) {}
  }

  /** The intake; tasks take their time. */
  private final class Source implements TaskSource {

    @Override
    public void want(boolean another, long seen) {
      intake.want(another, seen);
    }

    @Override
    public void ended(String key, long micros) {
      int most = world.seed % 3 == 0 ? TINY_MICROS_MAX : TASK_MICROS_MAX;
      intake.ended(key, world.random.nextInt(most));
      if (world.mutation == Mutation.DONE_BEFORE_REPORTED) {
        intake.done(key);
      }
    }

    @Override
    public void done(String key) {
      intake.done(key);
    }

    @Override
    public void giveBack(String key) {
      intake.giveBack(key, world.steadyMs);
    }

    @Override
    public void dropped(Task task) {
      intake.dropped(task);
    }

    @Override
    public boolean suspicion() {
      return intake.suspicion();
    }
  }

  /** Nothing more is heard of it; its locks run out. */
  void die() {
    world.network.cut(name);
    group.giveBack();
  }
}
