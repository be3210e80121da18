package dev.sluice.deploy.simulation;

import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.ExportWork;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.InferWork;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.PrepareWork;
import dev.sluice.schemas.wire.QuantiseWork;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TermWork;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationSums;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.loop.Suspects;
import dev.sluice.worker.queue.HeldTask;
import dev.sluice.worker.queue.PriorityOrder;
import dev.sluice.worker.training.RetryDelay;
import dev.sluice.worker.training.TermGroup;
import dev.sluice.worker.training.TermNotice;
import dev.sluice.worker.training.Terms;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A worker: the production rules of terms, and the task loop's rules around them. It may die,
 * between any two records, be slow, or hang and come back to find that others have its tasks.
 */
final class SimulatedWorker {

  private static final int HELD_MAX = 4;
  private static final long INITIAL_MS = 500;
  private static final long INITIAL_MS_MAX = 20_000;

  final String name;
  final String life;
  final String lane;
  private final World world;
  private final Map<String, Holding> held = new LinkedHashMap<>();
  private final Map<String, Holding> waiting = new LinkedHashMap<>();
  private final PriorityOrder order = new PriorityOrder();
  private final Suspects suspects = new Suspects();
  private final Map<String, Terms> terms = new HashMap<>();
  private final ReceivedParameters received = new ReceivedParameters();
  private final Map<String, Integer> stopped = new HashMap<>();
  private final Map<String, RetryDelay> initials = new HashMap<>();
  private final Set<String> followed = new HashSet<>();
  private boolean hung;
  private int slowness = 1;
  private long taken;
  private float statistic;

  SimulatedWorker(WorkerLife who, String lane, World world) {
    this.name = who.worker();
    this.life = who.life();
    this.lane = lane;
    this.world = world;
  }

  @Override
  public String toString() {
    var tasks = held.values().stream().map(each -> each.task().jobId()).toList();
    return name + " in " + lane + (hung ? " hangs with " : " has ") + tasks;
  }

  int holding() {
    return held.size();
  }

  boolean hung() {
    return hung;
  }

  boolean disturbed() {
    return hung || slowness > 1;
  }

  void receive(ParameterBlock block) {
    received.add(block);
  }

  void receive(JobControl control) {
    stopped.merge(control.jobId(), control.epoch(), Math::max);
  }

  /** Its locks run out while it does nothing. */
  void hang() {
    hung = true;
    giveBack();
  }

  void wake() {
    hung = false;
    slowness = 1;
  }

  /** From now on it moves one time of so many. */
  void slow(int times) {
    slowness = times;
  }

  private void giveBack() {
    held.values().forEach(Holding::giveBack);
    waiting.values().forEach(Holding::giveBack);
  }

  /** Does one thing; false: it has died of it. */
  boolean act() {
    if (hung || world.random.nextInt(slowness) > 0) {
      return true;
    }
    for (var each : List.copyOf(held.values())) {
      if (isVoid(each.task()) && !each.reported) {
        each.accept();
        forget(each);
      }
    }
    if (tellsLoss()) {
      return true;
    }
    var suspect = suspects.next(heldTasks()).map(HeldTask::key).map(waiting::remove);
    if (suspect.isPresent()) {
      return begin(suspect.get());
    }
    for (var each : List.copyOf(held.values())) {
      if (!each.reported && advance(each)) {
        return true;
      }
    }
    if (suspects.any(heldTasks()) && world.random.nextInt(4) == 0) {
      return endTerms();
    }
    return take();
  }

  /** It may find out that others have what it held, or go on as if they hadn't. */
  private boolean tellsLoss() {
    var known = Stream.concat(held.values().stream(), waiting.values().stream());
    var lost = known.filter(each -> !each.isHeld()).findFirst();
    if (lost.isEmpty() || world.random.nextInt(8) > 0) {
      return false;
    }
    var each = lost.get();
    var task = each.task();
    world.tell(name, new AttemptLost(task.jobId(), task.taskId(), task.attempt(), name, life));
    suspects.forget(each.key);
    waiting.remove(each.key);
    forget(each);
    return true;
  }

  private boolean isVoid(Task task) {
    return task.epoch() < stopped.getOrDefault(task.jobId(), 0);
  }

  private void forget(Holding each) {
    held.remove(each.key);
    var job = terms.get(each.task().jobId());
    if (job != null) {
      job.drop(each.key);
    }
  }

  private boolean take() {
    boolean careless = world.mutation == Mutation.SUSPECTS_BESIDE_OTHERS;
    boolean alone = suspects.any(heldTasks()) && !careless;
    boolean more = !alone && held.size() < HELD_MAX && world.random.nextInt(4) == 0;
    if (!held.isEmpty() && !more) {
      return true;
    }
    var key = name + life + "#" + taken++;
    for (var priority : order.order()) {
      var topic = world.lane(lane, priority);
      var entry = topic.acquire(key);
      if (entry != null) {
        order.taken();
        return receive(new Holding(key, topic, entry), careless);
      }
    }
    return true;
  }

  private boolean receive(Holding holding, boolean careless) {
    var task = holding.task();
    int deliveries = holding.entry.deliveries;
    world.invariants.begun(task);
    world.tell(
        name,
        new AttemptStarted(task.jobId(), task.taskId(), task.attempt(), name, deliveries, life));
    if (deliveries > 1) {
      world.network.flush(name, "jobs"); // so that a task that kills its worker is seen
    }
    boolean copy = heldTasks().stream().anyMatch(holding.heldTask()::isCopyOf);
    if (!copy && !careless && suspects.keeps(holding.heldTask(), heldTasks())) {
      waiting.put(holding.key, holding);
      return true;
    }
    return begin(holding);
  }

  private List<HeldTask> heldTasks() {
    return held.values().stream().map(Holding::heldTask).toList();
  }

  private boolean begin(Holding holding) {
    var task = holding.task();
    replaceCopy(holding);
    held.put(holding.key, holding);
    if (task.jobId().equals("poison") && !isVoid(task)) {
      return false;
    }
    if (task.work() instanceof TermWork term) {
      terms.computeIfAbsent(task.jobId(), id -> new Terms()).hold(group(holding.key, term));
    }
    boolean follows = task.work() instanceof TermWork || task.work() instanceof ExportWork;
    if (follows && followed.add(task.jobId())) {
      for (int block = 0; block < World.BLOCKS; block++) {
        world.contribute(name, task.jobId(), block, new Attached(name));
      }
    }
    return true;
  }

  /** A later copy of a task that is held takes its place. */
  private void replaceCopy(Holding holding) {
    for (var other : List.copyOf(held.values())) {
      if (holding.heldTask().isCopyOf(other.heldTask()) && !other.reported) {
        other.accept();
        forget(other);
      }
    }
  }

  private TermGroup group(String key, TermWork term) {
    return new TermGroup(
        key,
        term.shardFrom(),
        term.shards(),
        term.fromStep(),
        term.toStep(),
        term.round(),
        term.announceStep(),
        world.nowMs + term.timeMsMax());
  }

  /** Whether there was something to do. */
  private boolean advance(Holding each) {
    return switch (each.task().work()) {
      case PrepareWork prepare -> end(each, prepared(prepare));
      case InferWork infer -> end(each, inferred(each.task(), infer));
      case QuantiseWork quantise -> {
        var jobId = each.task().jobId();
        yield end(each, new Exported(Jobs.model(quantise.model().name(), jobId)));
      }
      case ExportWork export -> exported(each, export);
      case TermWork term -> step(each.task().jobId(), term);
    };
  }

  private boolean exported(Holding each, ExportWork export) {
    var jobId = each.task().jobId();
    var parameters = received.complete(jobId, export.generation());
    if (parameters == null) {
      return false;
    }
    world.exported(jobId, parameters);
    return end(each, new Exported(Jobs.model(String.valueOf(export.spec().register()), jobId)));
  }

  private boolean step(String jobId, TermWork work) {
    var job = terms.get(jobId);
    if (job == null) {
      return false;
    }
    long newest = received.newest(jobId);
    boolean moved = false;
    if (newest < 0 && job.sendsInitialVector() && initialDue(jobId)) {
      send(jobId, Arithmetic.initial(work.spec().seed(), World.FLOATS), -1, 0, 1, true, null);
      moved = true;
    }
    for (var group : job.due(newest)) {
      contribute(jobId, work, group, newest);
      job.contributed(group.key(), newest, group.shards(), 0);
      moved = true;
    }
    for (var notice : job.notices(newest, world.nowMs)) {
      say(jobId, notice);
      moved = true;
    }
    return moved;
  }

  /** Where nothing moves and a task is a suspect, terms end where they are. */
  private boolean endTerms() {
    for (var job : List.copyOf(terms.entrySet())) {
      for (var notice : job.getValue().endAll(received.newest(job.getKey()))) {
        say(job.getKey(), notice);
      }
    }
    return true;
  }

  private boolean initialDue(String jobId) {
    return initials
        .computeIfAbsent(jobId, id -> new RetryDelay(INITIAL_MS, INITIAL_MS_MAX, world.nowMs))
        .due(world.nowMs);
  }

  private void contribute(String jobId, TermWork work, TermGroup group, long step) {
    var parameters = received.complete(jobId, step);
    if (parameters == null) {
      throw new AssertionError("generation " + step + " of " + jobId + " is not complete");
    }
    boolean over = step >= work.prepared().steps();
    float[] vector =
        over
            ? new float[World.FLOATS]
            : Arithmetic.gradient(work.spec(), parameters, step, group.shardFrom(), group.shards());
    if (world.mutation == Mutation.STATISTIC_IN_WORKER) {
      statistic = 0.9f * statistic + 0.1f * vector[0];
      vector[vector.length - 1] += statistic;
    }
    boolean finite = !(jobId.equals("diverging") && step >= 3);
    var plan = work.validation();
    var validation =
        plan != null && plan.measures(step, work.prepared().steps())
            ? Arithmetic.validation(parameters, group.shardFrom(), group.shards())
            : null;
    send(jobId, vector, step, group.shardFrom(), group.shards(), finite, validation);
  }

  private void send(
      String jobId,
      float[] vector,
      long step,
      int from,
      int shards,
      boolean finite,
      @Nullable ValidationSums validation) {
    for (int block = 0; block < World.BLOCKS; block++) {
      world.contribute(
          name,
          jobId,
          block,
          Arithmetic.contribution(vector, block, step, from, shards, finite, validation));
    }
  }

  private void say(String jobId, TermNotice notice) {
    switch (notice) {
      case TermNotice.NearlyDone(long round, long step) ->
          world.tell(name, new TermNearlyDone(jobId, round, step));
      case TermNotice.Ended(String key, long reached, long steps, long samples, long nanos) -> {
        if (world.mutation != Mutation.REPORTED_BEFORE_FLUSHED) {
          world.network.flush(name, "gradients");
        }
        var each = held.get(key);
        if (each != null) {
          var _ = end(each, new TermFinished(reached, steps, samples, 0, null));
        }
      }
    }
  }

  /** Reports; the task is done when the report is stored, unless that is not heard of. */
  private boolean end(Holding each, Outcome outcome) {
    var task = each.task();
    each.reported = true;
    world.tell(
        name,
        new TaskReported(
            task.jobId(), task.taskId(), task.attempt(), name, World.ENGINE, outcome, life),
        () -> {
          if (world.loses()) {
            each.giveBack();
          } else {
            each.accept();
          }
          forget(each);
        });
    return true;
  }

  private static Outcome prepared(PrepareWork prepare) {
    if (prepare.work() instanceof TrainingSpec training
        && training.length() instanceof Steps(long steps)) {
      return Jobs.prepared(steps);
    }
    return new InferencePrepared(Jobs.rows(Jobs.ROWS));
  }

  private Outcome inferred(Task task, InferWork infer) {
    var range =
        new ResultRange(0, 0, 0, infer.rowFrom(), infer.rowTo(), "", task.taskId() + "@" + name);
    return new Inferred(
        range, infer.rowTo() - infer.rowFrom(), 0, 0, 0, 0, null, RowFaults.NONE, Measured.NOTHING);
  }

  /** Nothing more is heard of it; its locks run out. */
  void die() {
    world.network.cut(name);
    giveBack();
    held.clear();
  }
}
