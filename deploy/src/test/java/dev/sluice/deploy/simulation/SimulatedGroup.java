package dev.sluice.deploy.simulation;

import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.Intake;
import dev.sluice.worker.lease.ShareGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What a worker's share consumers do, over the simulated task topics. */
final class SimulatedGroup implements ShareGroup {

  /** As long as Sluice sets it. */
  static final long LOCK_MS = 3_000;

  private final World world;
  private final SimulatedWorker worker;
  private final Map<Integer, Member> members = new TreeMap<>();
  private final List<Integer> left = new ArrayList<>();
  private final Map<Integer, List<Found>> answers = new LinkedHashMap<>();

  private static final class Member {
    final Priority priority;
    final int recordsMax;
    final List<Locked> held = new ArrayList<>();
    boolean asks;

    Member(Priority priority, int recordsMax) {
      this.priority = priority;
      this.recordsMax = recordsMax;
    }
  }

  SimulatedGroup(World world, SimulatedWorker worker) {
    this.world = world;
    this.worker = worker;
  }

  /** A record that a member has got. */
  final class Locked implements Found {

    final TaskLane.Entry<Task> entry;
    private final TaskLane<Task> topic;
    private final String holder;
    private final int delivery;

    private Locked(TaskLane.Entry<Task> entry, TaskLane<Task> topic, String holder) {
      this.entry = entry;
      this.topic = topic;
      this.holder = holder;
      this.delivery = entry.deliveries;
    }

    @Override
    public int delivery() {
      // To whom the brokers don't say it, nothing is a suspect.
      return world.mutation == Mutation.SUSPECTS_BESIDE_OTHERS ? 1 : delivery;
    }

    @Override
    public Content read(long nowMs) {
      return new Content.OfTask(entry.task);
    }

    @Override
    public void putAway(String key) {
      throw new AssertionError("every record is a task");
    }
  }

  @Override
  public void join(int member, Priority priority, int recordsMax) {
    members.put(member, new Member(priority, recordsMax));
  }

  @Override
  public void ask(int member) {
    member(member).asks = true;
  }

  @Override
  public void settle(int member, List<Found> done, List<Found> released) {
    for (var found : done) {
      var record = (Locked) found;
      if (record.topic.acknowledge(record.entry, record.holder)) {
        world.done(record.entry.task);
      }
      member(member).held.remove(record);
    }
    for (var found : released) {
      var record = (Locked) found;
      record.topic.release(record.entry, record.holder);
      member(member).held.remove(record);
    }
  }

  @Override
  public void renew(int member, Collection<Found> held) {
    var kept = new ArrayList<Found>();
    for (var found : held) {
      var record = (Locked) found;
      boolean lost = world.mutation == Mutation.RENEWALS_LOST && world.random.nextInt(4) == 0;
      if (lost || record.topic.renew(record.entry, record.holder, world.steadyMs + LOCK_MS)) {
        kept.add(record);
      } else {
        member(member).held.remove(record);
      }
    }
    answers.put(member, kept);
  }

  @Override
  public void leave(int member) {
    giveBack(member(member));
    members.remove(member);
    answers.remove(member);
    left.add(member);
  }

  /** Lets the worker know what has come of what it has asked for, or not yet. */
  void look(Intake intake) {
    for (var answer : List.copyOf(answers.keySet())) {
      intake.renewed(answer, Objects.requireNonNull(answers.remove(answer)));
    }
    left.forEach(intake::left);
    left.clear();
    for (var entry : members.entrySet()) {
      var member = entry.getValue();
      if (member.asks && fetch(entry.getKey(), member)) {
        member.asks = false;
        intake.taken(entry.getKey(), List.copyOf(member.held), LOCK_MS, world.steadyMs);
      }
    }
  }

  private boolean fetch(int id, Member member) {
    var holder = worker.holder() + id;
    var queues =
        member.recordsMax == 1
            ? List.of(Topic.queue(worker.lane, worker.engine), worker.lane)
            : List.of(worker.lane);
    for (var queue : queues) {
      var topic = world.lane(queue, member.priority);
      while (member.held.size() < member.recordsMax) {
        var entry = topic.acquire(holder, world.steadyMs + LOCK_MS);
        if (entry == null) {
          break;
        }
        world.invariants.seen(entry.task, worker.engine);
        member.held.add(new Locked(entry, topic, holder));
      }
    }
    return !member.held.isEmpty();
  }

  /** How often a task that it holds was really delivered. */
  int deliveries(Task task) {
    return members.values().stream()
        .flatMap(member -> member.held.stream())
        .filter(record -> record.entry.task.equals(task))
        .mapToInt(record -> record.delivery)
        .max()
        .orElse(1);
  }

  /** The locks on all that it holds end. */
  void giveBack() {
    members.values().forEach(SimulatedGroup::giveBack);
  }

  private static void giveBack(Member member) {
    member.held.forEach(record -> record.topic.release(record.entry, record.holder));
  }

  private Member member(int id) {
    return Objects.requireNonNull(members.get(id), () -> worker + " has no member " + id);
  }
}
