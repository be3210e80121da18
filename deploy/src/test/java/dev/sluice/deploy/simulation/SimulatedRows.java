package dev.sluice.deploy.simulation;

import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.accelerator.HostProcessor;
import dev.sluice.worker.compute.TaskEvents;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.rows.RowsServer;
import dev.sluice.worker.rows.Taken;
import dev.sluice.worker.rows.TaskRounds;
import dev.sluice.worker.tasks.TaskProblem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a worker does with tasks that have their rows themselves: the production rounds and the
 * production server, over the simulated topics.
 */
final class SimulatedRows {

  private static final int TAKEN_MAX = 4;

  /** The name of the class that a row of this first value is of. */
  static String answer(int first) {
    return SimulatedJobs.CLASSES.get(first % SimulatedJobs.CLASSES.size());
  }

  private final World world;
  private final SimulatedWorker worker;
  private final TaskEvents events;
  private final RowsServer server;
  private final Deque<List<Held>> rounds = new ArrayDeque<>();

  /** Those of the round in hand whose reports are on their way. */
  private final List<Held> reported = new ArrayList<>();

  /** A record that is locked for this worker. */
  private static final class Held {
    final TaskLane<Task> topic;
    final TaskLane.Entry<Task> entry;
    final Taken taken;

    Held(TaskLane<Task> topic, TaskLane.Entry<Task> entry, Taken taken) {
      this.topic = topic;
      this.entry = entry;
      this.taken = taken;
    }
  }

  SimulatedRows(World world, SimulatedWorker worker, TaskEvents events) {
    this.world = world;
    this.worker = worker;
    this.events = events;
    server =
        new RowsServer(
            this::version,
            model -> new OneHot(),
            new HostProcessor(),
            () -> TimeUnit.MILLISECONDS.toNanos(world.steadyMs));
  }

  private String holder() {
    return worker.holder() + "rows";
  }

  private ModelVersion version(String model, int version, long place) throws TaskProblem {
    var found = world.models.published(model, version);
    if (found == null) {
      throw new TaskProblem(
          new Cause(Code.NO_SUCH_MODEL, "model", "It is not there.", "", ""), false);
    }
    return found;
  }

  /** Does what is due. */
  void act() {
    if (reported.isEmpty() && rounds.isEmpty()) {
      take();
    }
    if (reported.isEmpty() && !rounds.isEmpty()) {
      answer(rounds.remove());
    }
    renew();
  }

  private void take() {
    var found = new ArrayList<Held>();
    for (var priority : Priority.values()) {
      var topic = world.lane(Topic.rowsQueue(worker.lane), priority);
      while (found.size() < TAKEN_MAX) {
        var entry = topic.acquire(holder(), world.steadyMs + SimulatedGroup.LOCK_MS);
        if (entry == null) {
          break;
        }
        world.invariants.begun(entry.task);
        var asked = (Predict) entry.task.action();
        found.add(new Held(topic, entry, new Taken(entry.task, asked, priority, entry.deliveries)));
      }
    }
    rounds.addAll(TaskRounds.of(found, held -> held.taken.delivery(), world.random));
  }

  @SuppressWarnings("ReferenceEquality") // two deliveries of one task are not the same
  private void answer(List<Held> round) {
    server.answer(
        round.stream().map(held -> held.taken).toList(),
        (task, outcome) ->
            report(
                round.stream().filter(held -> held.taken == task).findFirst().orElseThrow(),
                outcome));
  }

  private void report(Held held, Outcome outcome) {
    if (world.mutation == Mutation.ROWS_DONE_BEFORE_REPORTED) {
      acknowledge(held);
    }
    reported.add(held);
    events.ended(
        held.taken.task(),
        outcome,
        failure -> {
          if (reported.remove(held)) {
            if (failure == null) {
              acknowledge(held);
            } else {
              held.topic.release(held.entry, holder());
            }
          }
        });
  }

  private void acknowledge(Held held) {
    if (held.topic.acknowledge(held.entry, holder())) {
      world.done(held.taken.task());
    }
  }

  private void renew() {
    long untilMs = world.steadyMs + SimulatedGroup.LOCK_MS;
    reported.forEach(held -> held.topic.renew(held.entry, holder(), untilMs));
    rounds.forEach(round -> round.forEach(held -> held.topic.renew(held.entry, holder(), untilMs)));
  }

  /** A network whose output says which class the first value of a row is of. */
  private static final class OneHot implements InferenceSession {

    @Override
    public int inputs() {
      return SimulatedJobs.INPUTS;
    }

    @Override
    public int outputs() {
      return SimulatedJobs.CLASSES.size();
    }

    @Override
    public void predict(MemorySegment features, int n, MemorySegment scores) {
      for (int row = 0; row < n; row++) {
        int first = (int) features.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * inputs());
        for (int output = 0; output < outputs(); output++) {
          scores.setAtIndex(
              ValueLayout.JAVA_FLOAT,
              (long) row * outputs() + output,
              output == first % outputs() ? 1 : 0);
        }
      }
    }

    @Override
    public void close() {}
  }
}
