package dev.sluice.coordinator.simulation;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.ExportWork;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.InferWork;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.PrepareWork;
import dev.sluice.schemas.wire.QuantiseWork;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TermWork;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A worker that follows the task loop's rules: it takes a further task while those it holds wait,
 * computes a step from the newest complete generation, and may die between any two records.
 */
final class SimulatedWorker {

  private static final int ROWS = 30;
  private static final int HELD_MAX = 8;

  final String name;
  private final World world;
  private final List<Held> held = new ArrayList<>();
  private final Map<String, TreeMap<Long, Map<Integer, float[]>>> received = new HashMap<>();

  private static final class Held {
    final World.Queued queued;
    long contributed = -2;
    long sending;
    float @Nullable [] vector;
    int nextBlock;
    boolean announced;

    Held(World.Queued queued) {
      this.queued = queued;
    }

    Task task() {
      return queued.task();
    }
  }

  SimulatedWorker(String name, World world) {
    this.name = name;
    this.world = world;
  }

  void receive(ParameterBlock block) {
    received
        .computeIfAbsent(block.jobId(), id -> new TreeMap<>())
        .computeIfAbsent(block.generation(), g -> new HashMap<>())
        .put(block.block(), Vectors.floats(block.payload()));
  }

  int holding() {
    return held.size();
  }

  /** Its tasks go back to the lane. */
  void die() {
    for (var each : held) {
      world.tasks.add(new World.Queued(each.task(), each.queued.delivery() + 1));
    }
    held.clear();
    received.clear();
  }

  /** Does one thing: a record is written, or a task is taken. */
  void act() {
    held.removeIf(each -> world.stopped.contains(each.task().jobId()));
    for (var each : List.copyOf(held)) {
      if (advance(each)) {
        return;
      }
    }
    take();
  }

  private void take() {
    var queued = held.size() < HELD_MAX ? world.takeTask() : null;
    if (queued == null) {
      return;
    }
    var task = queued.task();
    // A later copy of a task that is held takes its place.
    held.removeIf(
        each ->
            each.task().jobId().equals(task.jobId()) && each.task().taskId().equals(task.taskId()));
    held.add(new Held(queued));
    world.tell(
        new AttemptStarted(
            task.jobId(), task.taskId(), task.attempt(), name, queued.delivery() + 1));
    attach(task.jobId());
  }

  private void attach(String jobId) {
    for (int block = 0; block < World.BLOCKS; block++) {
      world.append(jobId, block, new Attached(name));
    }
  }

  /** Whether there was something to do. */
  private boolean advance(Held each) {
    return switch (each.task().work()) {
      case PrepareWork prepare -> done(each, prepared(prepare));
      case QuantiseWork quantise -> throw new IllegalStateException("no job here quantises");
      case InferWork infer -> done(each, inferred(each, infer));
      case ExportWork export -> {
        var parameters = complete(each.task().jobId(), export.generation());
        if (parameters == null) {
          yield false;
        }
        world.exported.put(each.task().jobId(), parameters);
        yield done(
            each,
            new Exported(
                Specs.model(
                    String.valueOf(export.spec().register()), each.task().jobId(), World.FLOATS)));
      }
      case TermWork term -> step(each, term);
    };
  }

  private boolean step(Held each, TermWork term) {
    var jobId = each.task().jobId();
    if (each.vector != null) {
      sendBlock(each, term, each.vector);
      if (each.vector == null && each.contributed == term.toStep() - 1) {
        finish(each, term.toStep());
      }
      return true;
    }
    Long newest = newestComplete(jobId);
    if (newest == null && term.shardFrom() == 0 && each.contributed < -1) {
      each.vector = Arithmetic.initial(term.spec().seed(), World.FLOATS);
      each.sending = -1;
      return true;
    }
    if (newest == null || newest <= each.contributed) {
      return false;
    }
    if (newest >= term.toStep()) {
      return finish(each, term.toStep());
    }
    if (newest >= term.announceStep() && !each.announced) {
      each.announced = true;
      world.tell(new TermNearlyDone(jobId, term.round(), newest));
    }
    float[] parameters = complete(jobId, newest);
    if (parameters == null) {
      return false;
    }
    if (each.contributed >= term.fromStep() && world.random.nextInt(40) == 0) {
      // Time is up: what is left goes back to the ledger.
      return finish(each, each.contributed + 1);
    }
    each.vector =
        Arithmetic.gradient(term.spec(), parameters, newest, term.shardFrom(), term.shards());
    each.sending = newest;
    return true;
  }

  /** Sends one block after the other: a death may leave some sent and some not. */
  private void sendBlock(Held each, TermWork term, float[] vector) {
    int block = each.nextBlock;
    world.append(
        each.task().jobId(),
        block,
        Arithmetic.contribution(
            vector,
            block,
            World.BLOCK_FLOATS,
            each.sending,
            term.shardFrom(),
            term.shards(),
            World.ENGINE));
    each.nextBlock = (block + 1) % World.BLOCKS;
    if (each.nextBlock == 0) {
      each.contributed = each.sending;
      each.vector = null;
    }
  }

  private boolean finish(Held each, long reached) {
    return done(each, new TermFinished(reached, 0, 0, 0, null));
  }

  private boolean done(Held each, Outcome outcome) {
    var task = each.task();
    world.tell(
        new TaskReported(task.jobId(), task.taskId(), task.attempt(), name, World.ENGINE, outcome));
    held.remove(each);
    return true;
  }

  private static Outcome prepared(PrepareWork prepare) {
    if (prepare.work() instanceof TrainingSpec training
        && training.length() instanceof Steps(long steps)) {
      return Specs.prepared(steps, World.FLOATS);
    }
    return new InferencePrepared(new DatasetFacts(Specs.ARTIFACT, ROWS, 0, 0));
  }

  private Outcome inferred(Held each, InferWork infer) {
    var range =
        new ResultRange(
            0, 0, 0, infer.rowFrom(), infer.rowTo(), "", each.task().taskId() + "@" + name);
    return new Inferred(range, infer.rowTo() - infer.rowFrom(), 0, 0, 0, 0, null);
  }

  private @Nullable Long newestComplete(String jobId) {
    var generations = received.getOrDefault(jobId, new TreeMap<>());
    for (var entry : generations.descendingMap().entrySet()) {
      if (entry.getValue().size() == World.BLOCKS) {
        return entry.getKey();
      }
    }
    return null;
  }

  private float @Nullable [] complete(String jobId, long generation) {
    var blocks = received.getOrDefault(jobId, new TreeMap<>()).get(generation);
    if (blocks == null || blocks.size() < World.BLOCKS) {
      return null;
    }
    float[] vector = new float[World.FLOATS];
    blocks.forEach(
        (block, values) ->
            System.arraycopy(values, 0, vector, block * World.BLOCK_FLOATS, values.length));
    return vector;
  }
}
