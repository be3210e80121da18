package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Priority;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * The members that this worker has of its lane's share group, and which of them look for records:
 * as few as Kafka's share consumer (4.4) allows. A consumer returns nothing new while it holds a
 * record, and one that was asked goes on looking until it has got some, wanted or not. So there is
 * one for each priority that takes a record at a time; a second where the first runs a task and
 * another is wanted; and one that takes several at a time while tasks are so short that fetching
 * them one by one would take longer than to run them.
 */
final class Members {

  /** How long a topic is waited for before a less urgent one is looked at. */
  static final long PROBE_MS = 15;

  /**
   * A member for batches that gets none for so long leaves: it would take a batch just when other
   * workers idle.
   */
  static final long BATCH_IDLE_MS = 2_000;

  /** A topic whose member was refused by the brokers is left alone for this long. */
  static final long RETRY_MS = 1_000;

  private final LeaseTable table;
  private final int tasksMax;
  private final Map<Integer, Member> members = new TreeMap<>();
  private final Map<Integer, Priority> gone = new TreeMap<>();

  /** Priorities whose batch member got nothing and left; the next comes after the next record. */
  private final Set<Priority> quiet = EnumSet.noneOf(Priority.class);

  private final Map<Priority, Long> retryAtMs = new EnumMap<>(Priority.class);
  private int joined;

  private static final class Member {
    final int id;
    final Priority priority;
    final BatchSize batch;

    /** Whether it has ever got something. */
    boolean works;

    /** Since when it has been looking; -1: it isn't. */
    long askedMs = -1;

    /** When it was last of use. */
    long usedMs;

    Member(int id, Priority priority, BatchSize batch, long nowMs) {
      this.id = id;
      this.priority = priority;
      this.batch = batch;
      this.usedMs = nowMs;
    }

    boolean isBatch() {
      return batch != BatchSize.ONE;
    }
  }

  /**
   * @param table what they hold
   * @param tasksMax most tasks in hand at once
   */
  Members(LeaseTable table, int tasksMax) {
    this.table = table;
    this.tasksMax = tasksMax;
  }

  /** How many records a member takes at a time. */
  BatchSize batch(int id) {
    return Objects.requireNonNull(members.get(id)).batch;
  }

  boolean isMember(int id) {
    return members.containsKey(id);
  }

  /** It has got records. */
  void got(int id, long nowMs) {
    var member = members.get(id);
    if (member != null) {
      member.askedMs = -1;
      member.usedMs = nowMs;
      member.works = true;
      quiet.remove(member.priority);
    }
  }

  /** Its client has failed: it is replaced after a while, as it may be no more than that. */
  void failed(int id, long nowMs) {
    var member = members.remove(id);
    if (member != null) {
      gone.put(id, member.priority);
      retryAtMs.put(member.priority, nowMs + RETRY_MS);
    }
  }

  /** It has left the group. */
  void left(int id) {
    gone.remove(id);
  }

  /** What is to be done about members now. */
  List<LeaseCommand> decide(long nowMs) {
    var commands = new ArrayList<LeaseCommand>();
    boolean wanted = table.wanted() && !table.suspicion() && table.tasksInHand() < tasksMax;
    for (var priority : Priority.values()) {
      join(priority, wanted, nowMs, commands);
    }
    for (var member : List.copyOf(members.values())) {
      boolean spare = member.isBatch() ? idles(member, nowMs) : isSpare(member, wanted);
      if (table.isEmpty(member.id) && spare) {
        if (member.isBatch()) {
          quiet.add(member.priority);
        }
        leave(member, commands);
      }
    }
    ask(wanted, nowMs, commands);
    return commands;
  }

  private void join(Priority priority, boolean wanted, long nowMs, List<LeaseCommand> commands) {
    // A task may still come to one that is leaving: with several, it would go from one to the next.
    if (nowMs < retryAtMs.getOrDefault(priority, Long.MIN_VALUE)
        || table.rests(priority, nowMs)
        || gone.containsValue(priority)) {
      return;
    }
    var own = members.values().stream().filter(member -> member.priority == priority).toList();
    var single = own.stream().filter(member -> !member.isBatch()).toList();
    boolean free = single.stream().anyMatch(member -> !table.isBusy(member.id));
    if (single.isEmpty() || (!free && wanted)) {
      add(priority, BatchSize.ONE, nowMs, commands);
    }
    var size = table.batch(priority);
    boolean there = own.stream().anyMatch(member -> member.batch.compareTo(size) >= 0);
    if (size != BatchSize.ONE && !there && wanted && !quiet.contains(priority)) {
      add(priority, size, nowMs, commands);
    }
  }

  private void add(Priority priority, BatchSize batch, long nowMs, List<LeaseCommand> commands) {
    int id = ++joined;
    members.put(id, new Member(id, priority, batch, nowMs));
    commands.add(new LeaseCommand.Join(id, priority, batch.tasks));
  }

  private boolean idles(Member member, long nowMs) {
    return !table.suits(member.batch, member.priority)
        || nowMs - member.usedMs >= BATCH_IDLE_MS
        || members.values().stream().anyMatch(other -> replaces(other, member));
  }

  /** One that joins gets nothing for a while; until then the one before is needed. */
  private static boolean replaces(Member other, Member member) {
    return other.priority == member.priority
        && other.works
        && other.batch.compareTo(member.batch) > 0;
  }

  /** Empty ones beyond the first would take tasks that idle workers could run at once. */
  private boolean isSpare(Member member, boolean wanted) {
    return members.values().stream()
        .filter(other -> !other.isBatch() && other.priority == member.priority)
        .anyMatch(other -> table.isEmpty(other.id) ? other.id < member.id : !wanted);
  }

  private void leave(Member member, List<LeaseCommand> commands) {
    members.remove(member.id);
    gone.put(member.id, member.priority);
    commands.add(new LeaseCommand.Leave(member.id));
  }

  private void ask(boolean wanted, long nowMs, List<LeaseCommand> commands) {
    for (var priority : table.order()) {
      boolean next = table.batches(priority) && table.isLineEmpty(priority);
      if ((!wanted && (!next || table.suspicion())) || table.rests(priority, nowMs)) {
        continue;
      }
      long looking = 0;
      boolean any = false;
      for (var member : members.values()) {
        if (member.priority == priority && table.isEmpty(member.id)) {
          if (member.askedMs < 0) {
            member.askedMs = nowMs;
            commands.add(new LeaseCommand.Ask(member.id));
          }
          any = true;
          looking = Math.max(looking, nowMs - member.askedMs);
        }
      }
      // One that has been looking for a while would hold a record by now if there were any.
      if (any && wanted && looking < PROBE_MS) {
        return;
      }
    }
  }

  /** Whether one was asked so lately that a less urgent topic is not looked at yet. */
  long nextMs(long latestMs, long nowMs) {
    long next = latestMs;
    for (var member : members.values()) {
      if (member.askedMs >= 0 && nowMs - member.askedMs < PROBE_MS) {
        next = Math.min(next, member.askedMs + PROBE_MS);
      }
      if (member.isBatch()) {
        next = Math.min(next, Math.max(nowMs + 1, member.usedMs + BATCH_IDLE_MS));
      }
    }
    return next;
  }

  /** All of them. */
  List<Integer> all() {
    return List.copyOf(members.keySet());
  }

  Priority priority(int id) {
    return Objects.requireNonNull(members.get(id)).priority;
  }

  /** Those that hold nothing leave. */
  List<LeaseCommand> leaveEmpty() {
    var commands = new ArrayList<LeaseCommand>();
    for (var member : List.copyOf(members.values())) {
      if (table.isEmpty(member.id)) {
        leave(member, commands);
      }
    }
    return commands;
  }
}
