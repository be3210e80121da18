package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.Lease.Taken;
import dev.sluice.worker.lease.ShareGroup.Content;
import dev.sluice.worker.lease.ShareGroup.Found;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Takes tasks of a lane when it is asked to, and keeps them until they are settled: the loop around
 * a {@link LeaseTable} and the {@link Members} that fill it. Whoever owns it tells it what has
 * happened, and calls {@link #step} after that, or when {@link #nextMs} has come; all on one
 * thread.
 *
 * <p>A task is done after its report is stored, never before: whoever dies in between leaves a task
 * that runs twice, which does no harm, and not one that is lost.
 */
public final class Intake {

  /**
   * How an intake behaves.
   *
   * @param engine engine fingerprint of this worker
   * @param tasksMax most tasks in hand at once
   * @param tinyAfter tasks whose mean says that those of a priority are tiny
   */
  public record Manner(String engine, int tasksMax, int tinyAfter) {

    /** So many that a pause of this process says little. */
    public static final int TINY_AFTER = 32;
  }

  /** How the ledger is told of tasks. */
  public interface Starts {

    /**
     * A task is about to run here; {@link Intake#started} or {@link Intake#giveBack} says whether
     * that is stored.
     */
    void begins(HeldTask task);

    /** This worker lives on without a task whose start it has reported. */
    void lost(Task task);
  }

  private final Manner manner;
  private final ShareGroup group;
  private final Starts starts;
  private final TaskSink sink;
  private final LeaseTable table;
  private final Members members;
  private final Map<String, Found> records = new HashMap<>();
  private long taken;
  private boolean leaving;

  /**
   * @param manner how to behave
   * @param group where tasks come from
   * @param starts told of tasks that begin here or are lost
   * @param sink where tasks go
   * @param isVoid whether the ledger no longer wants a task
   * @param hasFacts whether the facts of a task's job are here
   */
  public Intake(
      Manner manner,
      ShareGroup group,
      Starts starts,
      TaskSink sink,
      Predicate<Task> isVoid,
      Predicate<Task> hasFacts) {
    this.manner = manner;
    this.group = group;
    this.starts = starts;
    this.sink = sink;
    this.table = new LeaseTable(new Pace(manner.tinyAfter()), isVoid, hasFacts);
    this.members = new Members(table, manner.tasksMax());
  }

  // ---- what happens in the share group

  /**
   * A member that was asked has got records.
   *
   * @param lockMs how long they are locked
   */
  public void taken(int member, List<Found> found, long lockMs, long nowMs) {
    if (!members.isMember(member)) {
      return; // it is leaving, and the broker gives them to others
    }
    members.got(member, nowMs);
    for (var record : found) {
      var key = member + "." + ++taken;
      records.put(key, record);
      table.taken(
          new Taken(key, member, members.priority(member), record.delivery()),
          members.batch(member),
          lockMs,
          nowMs);
      read(key, nowMs);
    }
  }

  /** A renewal was answered; what is not among the records kept is with others. */
  public void renewed(int member, Collection<Found> kept) {
    var locked = new ArrayList<String>();
    var same = new IdentityHashMap<Found, Boolean>();
    kept.forEach(record -> same.put(record, true));
    records.forEach(
        (key, record) -> {
          if (same.containsKey(record)) {
            locked.add(key);
          }
        });
    table.renewed(member, locked);
  }

  /** A member's client has failed; tasks run again elsewhere. */
  public void failed(int member, long nowMs) {
    if (members.isMember(member)) {
      members.failed(member, nowMs);
      table.lostAll(member);
      group.leave(member);
    }
  }

  /** A member has left. */
  public void left(int member) {
    members.left(member);
    table.left(member);
  }

  // ---- what happens to tasks

  /**
   * Whether to take another task. It stands until one is taken or it is said anew.
   *
   * @param seen how many tasks have arrived at the sink: a wish that was made before the sink had
   *     seen the last one is not granted
   */
  public void want(boolean another, long seen) {
    table.want(another, seen);
  }

  /** The start of a task is stored. */
  public void started(String key) {
    table.started(key).ifPresent(sink::arrived);
  }

  /**
   * A task has ended, and its report is on its way.
   *
   * @param micros how long it took
   */
  public void ended(String key, long micros) {
    table.ended(key, micros);
  }

  /** A task was done, or is void, and its report is stored; or the letter about what is no task. */
  public void done(String key) {
    table.done(key);
  }

  /** A task goes back to the queue, for any worker. */
  public void giveBack(String key, long nowMs) {
    table.giveBack(key, nowMs);
  }

  /** A task that was {@link TaskSink#lost lost} can't end this worker any more. */
  public void dropped(Task task) {
    if (!table.hasBegun(task)) { // else it has come here again
      starts.lost(task);
    }
  }

  /**
   * Whether a task that is held may have ended those who had it: nothing more is taken, and terms
   * that wait for others are to end where they are.
   */
  public boolean suspicion() {
    return table.suspicion();
  }

  /** Takes nothing from now on, and begins nothing; what runs can still be settled. */
  public void leave() {
    leaving = true;
    table.leave();
  }

  /** Whether every task whose start was reported has arrived at the sink. */
  public boolean nothingStarts() {
    return table.nothingStarts();
  }

  // ---- the loop

  /** Does what is due. */
  public void step(long nowMs) {
    var decided = table.decide(nowMs);
    while (!decided.isEmpty()) {
      decided.forEach(command -> carryOut(command, nowMs));
      decided = table.decide(nowMs);
    }
    if (records.size() > table.keys().size()) {
      records.keySet().retainAll(table.keys());
    }
    var moves = leaving ? members.leaveEmpty() : members.decide(nowMs);
    moves.forEach(command -> carryOut(command, nowMs));
  }

  /** When to step if nothing happens before; at the latest then. */
  public long nextMs(long latestMs, long nowMs) {
    return members.nextMs(table.nextMs(latestMs), nowMs);
  }

  /** Leaves the group; what was not settled goes to other workers. */
  public void close(long nowMs) {
    leave();
    step(nowMs); // what is done is acknowledged
    for (int member : members.all()) {
      group.leave(member);
      table.lostAll(member);
    }
    table.decide(nowMs).forEach(command -> carryOut(command, nowMs));
  }

  private void carryOut(LeaseCommand command, long nowMs) {
    switch (command) {
      case LeaseCommand.Join(int member, var priority, int recordsMax) ->
          group.join(member, priority, recordsMax);
      case LeaseCommand.Ask(int member) -> group.ask(member);
      case LeaseCommand.Leave(int member) -> group.leave(member);
      case LeaseCommand.ReadAgain(var key) -> read(key, nowMs);
      case LeaseCommand.Begin(var task) -> begin(task);
      case LeaseCommand.Say(var task) -> starts.begins(task);
      case LeaseCommand.Settle(int member, var done, var released) ->
          group.settle(member, records(done), records(released));
      case LeaseCommand.Renew(int member, var keys) -> group.renew(member, records(keys));
      case LeaseCommand.Lost(var task, boolean runs) -> {
        if (runs) {
          // It may still end this worker: whoever runs it says when it has dropped it.
          sink.lost(task.key());
        } else {
          starts.lost(task.task());
        }
      }
    }
  }

  private void read(String key, long nowMs) {
    switch (record(key).read(nowMs)) {
      case Content.OfTask(var task) -> {
        table.readable(key, task);
        if (!task.engine().isEmpty() && !task.engine().equals(manner.engine())) {
          table.giveBack(key, nowMs); // it is in a wrong queue, whoever put it there
        }
      }
      case Content.NotYet() -> table.unknown(key, nowMs);
      case Content.NoTask() -> {
        table.unreadable(key);
        record(key).putAway(key);
      }
    }
  }

  private void begin(HeldTask task) {
    if (!task.tiny()) {
      starts.begins(task);
    }
    if (task.delivery() == 1) {
      // The ledger counts time and starts from here; nothing waits for that report.
      started(task.key());
    }
  }

  private Found record(String key) {
    var record = records.get(key);
    if (record == null) {
      throw new IllegalStateException(key + " is not held");
    }
    return record;
  }

  private List<Found> records(List<String> keys) {
    return keys.stream().map(this::record).toList();
  }
}
