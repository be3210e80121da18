package dev.sluice.worker.lease;

import static java.util.stream.Collectors.toSet;

import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.Lease.State;
import dev.sluice.worker.lease.Lease.Taken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The records that are locked for this worker: which begins next, which are renewed together and
 * when, which go back and which are done. Events change it, {@link #decide} says what is to be
 * done.
 *
 * <p>A record that a member has alone begins at once, wanted or not: nobody else can have it. Those
 * of a batch wait in line until a task is wanted.
 *
 * <p>A task that comes for the third time may have ended those who had it. It runs alone, so that
 * what dies with this worker, if it does, is not blamed for it: the ledger counts workers that
 * began a task and are gone, and of two tasks that one held it can't tell which it was. A first
 * redelivery is no suspicion: workers die of other things, and their work must go on at once.
 */
final class LeaseTable {

  /** Deliveries from which on a task runs alone. */
  static final int SUSPECT_DELIVERIES = 3;

  /**
   * A task that goes back is held for this long before others may have it; twice as long with every
   * delivery, because the broker gives up on a task after a few.
   */
  static final long GIVE_BACK_MS = 500;

  /** What has waited in line for so long goes to others. */
  static final long LINE_MS_MAX = 2 * Pace.BATCH_MS;

  /** A task that was thought to be tiny and runs for so long is said to have begun. */
  static final long TINY_MS_MAX = 1_000;

  private static final int DOUBLINGS_MAX = 4;
  private static final long READ_AGAIN_MS = 1_000;

  /** How long a task waits for the facts of its job before it goes back, and how often it looks. */
  static final long FACTS_MS_MAX = 5_000;

  private static final long FACTS_LOOK_MS = 5;

  private final Predicate<Task> isVoid;
  private final Predicate<Task> hasFacts;
  private final PriorityOrder order = new PriorityOrder();
  private final Pace pace;
  private final Map<String, Lease> leases = new LinkedHashMap<>();

  /** How many of them each member has. */
  private final Map<Integer, Integer> held = new HashMap<>();

  private final Renewals renewals = new Renewals();
  private final Map<Priority, Long> restUntilMs = new EnumMap<>(Priority.class);
  private final List<LeaseCommand> commands = new ArrayList<>();
  private boolean another;
  private long seen;
  private long delivered;
  private boolean leaving;

  /**
   * @param pace how long tasks take
   * @param isVoid whether the ledger no longer wants a task
   * @param hasFacts whether the facts of a task's job are here
   */
  LeaseTable(Pace pace, Predicate<Task> isVoid, Predicate<Task> hasFacts) {
    this.pace = pace;
    this.isVoid = isVoid;
    this.hasFacts = hasFacts;
  }

  // ---- events

  /**
   * A member has got a record.
   *
   * @param batch how many it takes at a time
   * @param lockMs how long it is locked
   */
  void taken(Taken record, BatchSize batch, long lockMs, long nowMs) {
    boolean inLine = batch != BatchSize.ONE || batches(record.priority());
    leases.put(record.key(), new Lease(record, inLine, batch == BatchSize.MANY, nowMs));
    held.merge(record.member(), 1, Integer::sum);
    renewals.locked(record.member(), lockMs, nowMs);
  }

  /** A record is a task. */
  void readable(String key, Task task) {
    with(key, lease -> lease.hold(task));
  }

  /** A record can't be read before a schema comes. */
  void unknown(String key, long nowMs) {
    with(key, lease -> lease.until(State.UNREAD, nowMs + READ_AGAIN_MS));
  }

  /** A record is no task, and its letter is on the way to the dead letters. */
  void unreadable(String key) {
    with(key, lease -> lease.state = State.REPORTED);
  }

  /**
   * Whether a task is wanted. It stands until one is taken or it is said anew.
   *
   * @param seen how many tasks had arrived when it was said: a wish that was made before the last
   *     one had is not granted
   */
  void want(boolean another, long seen) {
    this.another = another;
    this.seen = seen;
  }

  /**
   * The start of a task is stored.
   *
   * @return the task, which is run from now on; empty where it is no longer held
   */
  Optional<HeldTask> started(String key) {
    var lease = leases.get(key);
    if (lease == null || !lease.is(State.STARTING)) {
      return Optional.empty();
    }
    lease.state = State.RUNNING;
    delivered++;
    return Optional.of(lease.heldTask());
  }

  /**
   * A task has ended here, and its report is on its way.
   *
   * @param micros how long it took
   */
  void ended(String key, long micros) {
    with(
        key,
        lease -> {
          boolean runs = lease.is(State.RUNNING);
          if (runs) {
            lease.state = State.REPORTED;
          }
          if ((runs || lease.is(State.DONE)) && lease.begun && !lease.isLong()) {
            pace.took(lease.priority, lease.heldTask().task().jobId(), micros);
          }
        });
  }

  /** A task is done or void, and its report is stored, or a letter about what is no task. */
  void done(String key) {
    with(key, lease -> lease.state = State.DONE);
  }

  /**
   * A task goes back, for any worker: after a pause, because the broker gives up on it after a few
   * deliveries, or at once where this worker leaves.
   */
  void giveBack(String key, long nowMs) {
    with(
        key,
        lease -> {
          int doublings = Math.clamp(lease.delivery - 1L, 0, DOUBLINGS_MAX);
          lease.until(State.RETURNING, nowMs + (GIVE_BACK_MS << doublings));
        });
  }

  /** A renewal has been answered, for those of a member's records that are still locked. */
  void renewed(int member, Collection<String> kept) {
    renewals.answered(member).stream().filter(key -> !kept.contains(key)).forEach(this::lost);
  }

  /** Whatever a member held is with others, or will be. */
  void lostAll(int member) {
    for (var lease : List.copyOf(leases.values())) {
      if (lease.member == member) {
        lost(lease.key);
      }
    }
    renewals.forget(member);
  }

  /** A member has left, and holds nothing. */
  void left(int member) {
    renewals.forget(member);
  }

  private void lost(String key) {
    var lease = remove(key);
    if (lease != null && lease.begun && !lease.is(State.DONE)) {
      commands.add(new LeaseCommand.Lost(lease.heldTask(), lease.runs()));
    }
  }

  private @Nullable Lease remove(String key) {
    var lease = leases.remove(key);
    if (lease != null) {
      held.computeIfPresent(lease.member, (member, count) -> count > 1 ? count - 1 : null);
    }
    return lease;
  }

  /** Nothing begins from now on, and what has not begun is for others at once. */
  void leave() {
    leaving = true;
  }

  private void with(String key, Consumer<Lease> change) {
    var lease = leases.get(key);
    if (lease != null) {
      change.accept(lease);
    }
  }

  // ---- decisions

  /** What is to be done now. */
  List<LeaseCommand> decide(long nowMs) {
    for (var lease : where(State.UNREAD)) {
      if (nowMs >= lease.dueMs) {
        lease.dueMs = Long.MAX_VALUE;
        commands.add(new LeaseCommand.ReadAgain(lease.key));
      }
    }
    for (var lease : where(State.WAITING)) {
      if (isVoid.test(lease.heldTask().task())) {
        lease.state = State.DONE;
      } else {
        lookForFacts(lease, nowMs);
      }
    }
    if (leaving) {
      for (var lease : leases.values()) {
        if (lease.is(State.UNREAD) || lease.is(State.WAITING) || lease.is(State.RETURNING)) {
          lease.until(State.RETURNING, nowMs);
        }
      }
    } else {
      begin(nowMs);
    }
    sayWhatRunsOn(nowMs);
    settle(nowMs);
    renewals.due(nowMs, this::keys, commands);
    var decided = List.copyOf(commands);
    commands.clear();
    return decided;
  }

  /** Facts are on their way together with a task. Where they don't come, another may have them. */
  private void lookForFacts(Lease lease, long nowMs) {
    lease.lacksFacts = !hasFacts.test(lease.heldTask().task());
    if (!lease.lacksFacts) {
      lease.dueMs = Long.MAX_VALUE;
    } else if (nowMs - lease.takenMs < FACTS_MS_MAX) {
      lease.dueMs = nowMs + FACTS_LOOK_MS;
    } else {
      giveBack(lease.key, nowMs);
    }
  }

  private void begin(long nowMs) {
    var waiting = where(State.WAITING).stream().filter(lease -> !lease.lacksFacts).toList();
    if (waiting.isEmpty()) {
      return;
    }
    // A suspect stays alone, also beside a copy of itself.
    var begun =
        inHand()
            .filter(lease -> !lease.suspect())
            .map(lease -> lease.heldTask().name())
            .collect(toSet());
    for (var lease : waiting) {
      // It takes the place of the first, which the broker may have given up on.
      if (!lease.suspect() && begun.contains(lease.heldTask().name())) {
        start(lease, nowMs);
      }
    }
    // What took longer than it was thought to keeps others, which go elsewhere, once.
    waiting.stream()
        .filter(lease -> lease.is(State.WAITING) && lease.inLine && lease.delivery <= 1)
        .filter(lease -> isLate(lease, nowMs))
        .forEach(lease -> lease.until(State.RETURNING, nowMs));
    var suspect = waiting.stream().filter(Lease::suspect).findFirst();
    if (suspect.isPresent()) {
      if (inHand().findAny().isEmpty()) {
        start(suspect.get(), nowMs);
      }
      return;
    }
    if (inHand().anyMatch(Lease::suspect)) {
      return;
    }
    for (var lease : waiting) {
      if (lease.is(State.WAITING) && (!lease.inLine || isLate(lease, nowMs))) {
        start(lease, nowMs);
      }
    }
    if (wanted()) {
      nextInLine().forEach(lease -> start(lease, nowMs));
    }
  }

  private static boolean isLate(Lease lease, long nowMs) {
    return nowMs - lease.takenMs >= LINE_MS_MAX;
  }

  /** The next task, or the next tiny ones. */
  private List<Lease> nextInLine() {
    var line = where(State.WAITING).stream().filter(lease -> !lease.lacksFacts).toList();
    for (var priority : order.order()) {
      var own = line.stream().filter(lease -> lease.priority == priority).toList();
      if (!own.isEmpty()) {
        var first = own.getFirst();
        return isTiny(first) ? own.stream().filter(this::isTiny).toList() : List.of(first);
      }
    }
    return List.of();
  }

  /** What was taken together with tiny tasks may be long, and another job's. */
  private boolean isTiny(Lease lease) {
    return lease.mayBeTiny() && pace.isTiny(lease.heldTask().task().jobId());
  }

  private void start(Lease lease, long nowMs) {
    lease.begin(isTiny(lease), nowMs);
    another = false;
    order.taken();
    commands.add(new LeaseCommand.Begin(lease.heldTask()));
  }

  private void sayWhatRunsOn(long nowMs) {
    for (var lease : leases.values()) {
      if (lease.isUntold() && nowMs - lease.untoldSinceMs >= TINY_MS_MAX) {
        lease.untoldSinceMs = -1;
        commands.add(new LeaseCommand.Say(lease.heldTask()));
      }
    }
  }

  /** What is being renewed is settled when its renewal has been answered. */
  private void settle(long nowMs) {
    var done = new TreeMap<Integer, List<String>>();
    var released = new TreeMap<Integer, List<String>>();
    for (var lease : List.copyOf(leases.values())) {
      boolean over = lease.is(State.DONE);
      boolean back = lease.is(State.RETURNING) && nowMs >= lease.dueMs;
      if ((!over && !back) || isRenewed(lease)) {
        continue;
      }
      remove(lease.key);
      (over ? done : released).computeIfAbsent(lease.member, m -> new ArrayList<>()).add(lease.key);
      if (back && lease.begun) {
        commands.add(new LeaseCommand.Lost(lease.heldTask(), false));
      }
      if (back && !leaving) {
        // Others are given time to take it before this worker looks at the topic again.
        restUntilMs.put(lease.priority, nowMs + GIVE_BACK_MS);
      }
    }
    var members = new TreeSet<>(done.keySet());
    members.addAll(released.keySet());
    for (int member : members) {
      commands.add(
          new LeaseCommand.Settle(
              member,
              done.getOrDefault(member, List.of()),
              released.getOrDefault(member, List.of())));
    }
  }

  private boolean isRenewed(Lease lease) {
    return renewals.underWay(lease.member, lease.key);
  }

  private List<String> keys(int member) {
    return leases.values().stream()
        .filter(lease -> lease.member == member)
        .map(lease -> lease.key)
        .toList();
  }

  // ---- what is so

  /** Whether another task is wanted, and none is about to begin. */
  boolean wanted() {
    return another && seen == delivered && where(State.STARTING).isEmpty() && !leaving;
  }

  /** Whether a member of the share group holds nothing. */
  boolean isEmpty(int member) {
    return !held.containsKey(member);
  }

  /** Whether what a member holds is run, so that it will take nothing for a while. */
  boolean isBusy(int member) {
    return !isEmpty(member)
        && leases.values().stream().anyMatch(each -> each.member == member && each.isBusy());
  }

  /** Tasks that were said to begin here and are not settled. */
  int tasksInHand() {
    return (int) inHand().count();
  }

  /** Whether a task's start was said, of the same attempt, and it is held. */
  boolean hasBegun(Task task) {
    return leases.values().stream()
        .anyMatch(lease -> lease.begun && lease.heldTask().task().equals(task));
  }

  /** Whether a suspect is held: nothing more is to be taken, and terms that wait are to end. */
  boolean suspicion() {
    return leases.values().stream()
        .anyMatch(lease -> lease.suspect() && (lease.inHand() || lease.is(State.WAITING)));
  }

  /** Whether no task's start is on its way to the brokers. */
  boolean nothingStarts() {
    return where(State.STARTING).isEmpty();
  }

  /** How many tasks of a priority are to come at a time now. */
  BatchSize batch(Priority priority) {
    return pace.size(priority);
  }

  /** Whether tasks of a priority come in batches now. */
  boolean batches(Priority priority) {
    return batch(priority) != BatchSize.ONE;
  }

  /** Whether who takes so many at a time goes on with it. */
  boolean suits(BatchSize size, Priority priority) {
    return pace.suits(size, priority);
  }

  /** Whether the last task of a priority's line has begun, so that the next may be fetched. */
  boolean isLineEmpty(Priority priority) {
    return leases.values().stream()
        .noneMatch(lease -> lease.priority == priority && lease.is(State.WAITING));
  }

  /** Whether a priority's topics are left to others for a while. */
  boolean rests(Priority priority, long nowMs) {
    return nowMs < restUntilMs.getOrDefault(priority, Long.MIN_VALUE);
  }

  /** The priorities in the order in which they are looked at for the next task. */
  List<Priority> order() {
    return order.order();
  }

  /** When there is something to decide on, if nothing happens before; at the latest then. */
  long nextMs(long latestMs) {
    long next = renewals.nextMs(latestMs, this::isEmpty);
    boolean suspicion = suspicion();
    for (var lease : leases.values()) {
      next = isRenewed(lease) ? next : Math.min(next, lease.dueMs);
      // Beside a suspect none begins.
      boolean moves = lease.delivery <= 1 || !suspicion;
      if (lease.inLine && lease.is(State.WAITING) && !lease.lacksFacts && moves) {
        next = Math.min(next, lease.takenMs + LINE_MS_MAX);
      }
      if (lease.isUntold()) {
        next = Math.min(next, lease.untoldSinceMs + TINY_MS_MAX);
      }
    }
    return next;
  }

  /** Names of all that is held. */
  Set<String> keys() {
    return leases.keySet();
  }

  private List<Lease> where(State state) {
    return leases.values().stream().filter(lease -> lease.is(state)).toList();
  }

  private Stream<Lease> inHand() {
    return leases.values().stream().filter(Lease::inHand);
  }
}
