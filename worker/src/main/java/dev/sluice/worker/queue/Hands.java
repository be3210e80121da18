package dev.sluice.worker.queue;

import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.broker.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The members of a lane's share group that one worker has. For one thread. */
final class Hands {

  private static final Logger LOG = LoggerFactory.getLogger(Hands.class);

  /** A topic whose hand was refused by the broker is left alone for this long. */
  private static final long RETRY_MS = 1_000;

  private final KafkaSettings kafka;
  private final String lane;
  private final int heldTasksMax;
  private final Loss loss;
  private final List<Hand> hands = new ArrayList<>();
  private final List<Leaving> leaving = new ArrayList<>();
  private final Map<Priority, Long> restUntilMs = new EnumMap<>(Priority.class);
  private final Outage outage = new Outage(LOG, "take tasks");

  /** Told of what this worker has no more, though it has not settled it. */
  interface Loss {
    /** A hand's record is with others, or will be; the hand is about to be empty. */
    void lost(Hand hand);
  }

  /** A hand that is leaving, and the thread on which it does. */
  private record Leaving(Priority priority, Thread thread) {}

  /**
   * @param kafka cluster
   * @param lane whose tasks they take
   * @param heldTasksMax most tasks held at once
   * @param loss told of what is no longer held
   */
  Hands(KafkaSettings kafka, String lane, int heldTasksMax, Loss loss) {
    this.kafka = kafka;
    this.lane = lane;
    this.heldTasksMax = heldTasksMax;
    this.loss = loss;
  }

  /** Whether one more task may be held. */
  boolean haveRoom() {
    return hands.stream().filter(hand -> hand.state() != Hand.State.EMPTY).count() < heldTasksMax;
  }

  /** Those in a state. */
  List<Hand> in(Hand.State state) {
    return where(hand -> hand.state() == state);
  }

  /** Those of a priority that can take a task now. */
  List<Hand> ready(Priority priority, long nowMs) {
    return rests(priority, nowMs)
        ? List.of()
        : where(hand -> hand.priority() == priority && hand.state() == Hand.State.EMPTY);
  }

  private boolean rests(Priority priority, long nowMs) {
    return nowMs < restUntilMs.getOrDefault(priority, Long.MIN_VALUE);
  }

  private List<Hand> where(Predicate<Hand> condition) {
    return hands.stream().filter(condition).toList();
  }

  /** When the first lock is to be renewed, or {@code latestMs}. */
  long nextRenewalMs(long latestMs) {
    return hands.stream().mapToLong(Hand::renewAtMs).reduce(latestMs, Math::min);
  }

  /**
   * One hand for each priority.
   *
   * @param further whether there is to be a second one where the first runs a task
   */
  void join(boolean further, long nowMs) {
    for (var priority : Priority.values()) {
      boolean free =
          hands.stream().anyMatch(h -> h.priority() == priority && h.state() != Hand.State.RUNNING);
      boolean any = hands.stream().anyMatch(hand -> hand.priority() == priority);
      boolean rested = !rests(priority, nowMs) && !leaves(priority);
      if (rested && (!any || (!free && further && haveRoom()))) {
        try {
          hands.add(new Hand(kafka, lane, priority));
        } catch (KafkaException e) {
          outage.says(e);
          rest(priority, nowMs + RETRY_MS);
        }
      }
    }
  }

  /** Empty hands beyond the first: they would take tasks that idle workers could run at once. */
  List<Hand> spare() {
    var spare = new ArrayList<Hand>();
    for (var priority : Priority.values()) {
      var own = where(hand -> hand.priority() == priority);
      own.stream()
          .filter(hand -> hand.state() == Hand.State.EMPTY)
          .limit(Math.max(0, own.size() - 1))
          .forEach(spare::add);
    }
    return spare;
  }

  /**
   * Leaves the group with one hand; what it holds goes to others. That takes half a second where
   * its last question waits at the broker for tasks, so it is not waited for: tasks that have come
   * meanwhile would wait as well.
   */
  void leave(Hand hand) {
    if (hands.remove(hand)) {
      var thread = Thread.ofPlatform().daemon().name("leave").start(() -> close(hand));
      leaving.add(new Leaving(hand.priority(), thread));
      tellLoss(hand);
    }
  }

  private void tellLoss(Hand hand) {
    if (hand.state() != Hand.State.EMPTY) {
      loss.lost(hand);
    }
  }

  /** Lets others have what a hand holds. */
  void release(Hand hand) {
    tellLoss(hand);
    hand.settle(AcknowledgeType.RELEASE);
  }

  /** Whether a task is held here, of the same attempt, whose start was said. */
  boolean haveBegun(Task task) {
    return hands.stream()
        .flatMap(hand -> hand.begun().stream())
        .map(HeldTask::task)
        .anyMatch(task::equals);
  }

  /**
   * A task may still come to one that is leaving: with several, it would go from one to the next.
   */
  private boolean leaves(Priority priority) {
    leaving.removeIf(one -> !one.thread.isAlive());
    return leaving.stream().anyMatch(one -> one.priority == priority);
  }

  private void close(Hand hand) {
    try {
      hand.close();
    } catch (RuntimeException e) {
      outage.says(e);
    }
  }

  /** Leaves a priority's topic alone for a while. */
  void rest(Priority priority, long untilMs) {
    restUntilMs.put(priority, untilMs);
  }

  /** Renews the locks that are due. */
  void renew(long nowMs) {
    for (var hand : where(hand -> nowMs >= hand.renewAtMs())) {
      guarded(
          hand,
          () -> {
            if (!hand.renew(nowMs)) {
              LOG.info("The broker has given {} to others.", hand.key());
              tellLoss(hand);
              hand.empty();
            }
          });
    }
  }

  /** Does something with the hand that holds a task, if one does. */
  void with(String key, Consumer<Hand> action) {
    for (var hand : where(hand -> hand.key().equals(key))) {
      guarded(hand, () -> action.accept(hand));
    }
  }

  /**
   * Does something with a hand; one that the broker refuses, or whose client fails in whatever way,
   * as it may after its process stood still, is replaced after a while: tasks run again elsewhere.
   */
  void guarded(Hand hand, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      outage.says(e);
      rest(hand.priority(), TaskQueue.nowMs() + RETRY_MS);
      leave(hand);
    }
  }

  /**
   * Leaves the group, and returns when it has, or when that takes too long; what is held goes to
   * other workers.
   */
  void leaveAll() {
    List.copyOf(hands).forEach(this::leave);
    long untilMs = TaskQueue.nowMs() + Hand.LEAVE_MAX.toMillis();
    for (var one : leaving) {
      try {
        one.thread.join(Duration.ofMillis(Math.max(1, untilMs - TaskQueue.nowMs())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
