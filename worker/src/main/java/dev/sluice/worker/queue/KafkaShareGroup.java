package dev.sluice.worker.queue;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.worker.broker.Outage;
import dev.sluice.worker.lease.Intake;
import dev.sluice.worker.lease.ShareGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.slf4j.LoggerFactory;

/**
 * The lane's share group in Kafka. For the intake's thread, on which it also tells what has
 * happened.
 */
final class KafkaShareGroup implements ShareGroup {

  private final KafkaSettings kafka;
  private final String lane;
  private final String engine;
  private final TaskReader reader;
  private final LongSupplier nowMs;
  private final Consumer<Consumer<Intake>> tell;
  private final Map<Integer, GroupMember> members = new HashMap<>();
  private final List<Thread> leaving = new ArrayList<>();
  private final Outage outage =
      new Outage(LoggerFactory.getLogger(KafkaShareGroup.class), "take tasks");

  /**
   * @param kafka cluster
   * @param scope whose tasks are taken
   * @param reader reads records
   * @param nowMs the intake's clock
   * @param tell carries news to the intake's thread
   */
  KafkaShareGroup(
      KafkaSettings kafka,
      TaskQueue.Scope scope,
      TaskReader reader,
      LongSupplier nowMs,
      Consumer<Consumer<Intake>> tell) {
    this.kafka = kafka;
    this.lane = scope.lane();
    this.engine = scope.engine();
    this.reader = reader;
    this.nowMs = nowMs;
    this.tell = tell;
  }

  @Override
  public void join(int member, Priority priority, int recordsMax) {
    var own = Topic.tasks(lane, priority);
    var pinned = Topic.tasks(Topic.queue(lane, engine), priority);
    try {
      members.put(
          member,
          new GroupMember(
              recordsMax == 1
                  ? kafka.shareReader(lane, recordsMax)
                  : kafka.burstShareReader(lane, recordsMax),
              recordsMax == 1 ? List.of(pinned, own) : List.of(own),
              recordsMax));
    } catch (RuntimeException e) {
      failed(member, e);
    }
  }

  @Override
  public void ask(int member) {
    guarded(
        member,
        each ->
            each.ask(
                new GroupMember.Listener() {
                  @Override
                  public void found(ConsumerRecords<String, byte[]> records, long lockMs) {
                    var found = new ArrayList<Found>();
                    records.forEach(record -> found.add(reader.of(record)));
                    tell.accept(intake -> intake.taken(member, found, lockMs, nowMs.getAsLong()));
                  }

                  @Override
                  public void failed(RuntimeException why) {
                    KafkaShareGroup.this.failed(member, why);
                  }

                  @Override
                  public void broken(Error why) {
                    tell.accept(
                        intake -> {
                          throw why;
                        });
                  }
                }));
  }

  @Override
  public void settle(int member, List<Found> done, List<Found> released) {
    guarded(member, each -> each.settle(records(done), records(released)));
  }

  @Override
  public void renew(int member, Collection<Found> held) {
    guarded(member, each -> each.renew(records(held)));
  }

  private static List<TaskReader.TaskRecord> records(Collection<Found> found) {
    return found.stream().map(TaskReader.TaskRecord.class::cast).toList();
  }

  /**
   * Looks whether renewals were answered.
   *
   * @return whether one was not yet
   */
  boolean look() {
    boolean waits = false;
    for (var entry : Map.copyOf(members).entrySet()) {
      int member = entry.getKey();
      if (entry.getValue().renews()) {
        guarded(
            member,
            each ->
                each.renewed()
                    .ifPresent(kept -> tell.accept(i -> i.renewed(member, List.copyOf(kept)))));
        waits |= entry.getValue().renews();
      }
    }
    return waits;
  }

  /**
   * That takes half a second where its last question waits at the broker for tasks, so it is not
   * waited for: tasks that have come meanwhile would wait as well.
   */
  @Override
  public void leave(int member) {
    var own = members.remove(member);
    if (own == null) {
      tell.accept(intake -> intake.left(member)); // it has never joined
      return;
    }
    leaving.removeIf(thread -> !thread.isAlive());
    leaving.add(Thread.ofPlatform().daemon().name("leave").start(() -> close(member, own)));
  }

  private void close(int member, GroupMember own) {
    try {
      own.close();
    } catch (RuntimeException e) {
      outage.says(e);
    }
    tell.accept(intake -> intake.left(member));
  }

  /** Does something with a member; one whose client fails in whatever way is replaced. */
  private void guarded(int member, Consumer<GroupMember> action) {
    var own = members.get(member);
    if (own == null) {
      return;
    }
    try {
      action.accept(own);
    } catch (RuntimeException e) {
      failed(member, e);
    }
  }

  private void failed(int member, RuntimeException why) {
    tell.accept(
        intake -> {
          outage.says(why);
          intake.failed(member, nowMs.getAsLong());
        });
  }

  /** Waits until all that leave have left, or for too long. */
  void awaitLeft() {
    long untilNanos = System.nanoTime() + GroupMember.LEAVE_MAX.toNanos();
    for (var thread : leaving) {
      try {
        long leftNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(1), untilNanos - System.nanoTime());
        thread.join(Duration.ofNanos(leftNanos));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
