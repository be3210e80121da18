package dev.sluice.worker.queue;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.ledger.Controls;
import dev.sluice.worker.ledger.Reports;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes tasks of a lane, in a thread of its own, when it is asked to, and keeps them until they are
 * settled. Each task is held by a {@link Hand}; there is one for each priority, and more only while
 * the worker wants further tasks beside those that it runs.
 *
 * <p>A task is accepted after its report is stored, never before: whoever dies in between leaves a
 * task that runs twice, which does no harm, and not one that is lost.
 */
public final class TaskQueue implements Receiver.Settling, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskQueue.class);

  /** How long a topic is waited for before a less urgent one is looked at. */
  private static final long PROBE_MS = 15;

  /** How long one look takes while there is nothing to do. */
  private static final long IDLE_MS = 20;

  /** How often hungry hands are looked at while no task is wanted. */
  private static final long SWEEP_MS = 100;

  private static final long CLOSE_MS_MAX = 8_000;

  /** A start that is not stored by then is not waited for: the brokers are away. */
  private static final long LEAVE_MS_MAX = 1_000;

  /**
   * What decides which tasks are for this worker.
   *
   * @param lane lane it serves
   * @param engine its engine fingerprint
   * @param heldTasksMax most tasks held at once
   * @param schemaWaitMs longest time that one waits for its schema
   */
  public record Scope(String lane, String engine, int heldTasksMax, long schemaWaitMs) {}

  /** What the worker wants, and how many tasks it had seen when it said so. */
  private record Want(boolean another, long seen) {}

  private final TaskSink sink;
  private final Reports reports;
  private final Hands hands;
  private final Receiver receiver;
  private final PriorityOrder order = new PriorityOrder();
  private final BlockingQueue<Runnable> messages = new LinkedBlockingQueue<>();
  private final Thread thread;
  private long delivered;
  private long sweepAtMs = nowMs();
  private volatile Want want = new Want(false, 0);
  private final CountDownLatch nothingStarts = new CountDownLatch(1);
  private volatile boolean leaving;
  private volatile boolean closing;

  /**
   * Joins the lane's share group.
   *
   * @param kafka cluster
   * @param codec decodes tasks
   * @param scope which tasks are for this worker
   * @param controls which tasks are void
   * @param reports told of tasks that begin here or are lost, and of records that are no tasks
   * @param sink where tasks go
   * @param onDefect told where its thread fails
   */
  public TaskQueue(
      KafkaSettings kafka,
      Codec codec,
      Scope scope,
      Controls controls,
      Reports reports,
      TaskSink sink,
      Thread.UncaughtExceptionHandler onDefect) {
    this.sink = sink;
    this.reports = reports;
    this.hands = new Hands(kafka, scope.lane(), scope.heldTasksMax(), this::lost);
    this.receiver =
        new Receiver(
            codec,
            new SchemaWait(scope.schemaWaitMs()),
            scope.engine(),
            controls,
            reports,
            task -> messages.add(() -> deliver(task)),
            this);
    this.thread =
        Thread.ofPlatform().name("intake").uncaughtExceptionHandler(onDefect).start(this::run);
  }

  /**
   * Whether to take another task. It stands until a task is taken or it is said anew.
   *
   * @param another whether
   * @param seen how many tasks have arrived at the sink: a wish that was made before the sink had
   *     seen the last one is not granted
   */
  public void want(boolean another, long seen) {
    want = new Want(another, seen);
  }

  /** A task was done, or is void, and its report is stored. */
  @Override
  public void accept(String key) {
    messages.add(() -> hands.with(key, hand -> hand.settle(AcknowledgeType.ACCEPT)));
  }

  /**
   * A task goes back to the queue, for any worker: after a pause, because the broker gives up on a
   * task after a few deliveries, or at once when this worker leaves.
   */
  @Override
  public void giveBack(String key) {
    messages.add(() -> hands.with(key, hand -> Receiver.giveBack(hand, key)));
  }

  /**
   * A task that was {@link TaskSink#lost lost} has been dropped, and can't end this worker any
   * more.
   */
  public void dropped(Task task) {
    messages.add(
        () -> {
          if (!hands.haveBegun(task)) { // else it has come here again
            sayLost(task);
          }
        });
  }

  private void run() {
    try {
      while (!closing) {
        round();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      takeMessages();
      hands.leaveAll();
    }
  }

  private void round() throws InterruptedException {
    // Read before the messages: what was settled before another task was wanted is settled first,
    // so that its hand takes the other task.
    var wanted = want;
    takeMessages();
    long nowMs = nowMs();
    if (leaving) {
      hold(nowMs);
      return;
    }
    boolean asking =
        wanted.another
            && wanted.seen == delivered
            && hands.in(Hand.State.STARTING).isEmpty()
            && hands.haveRoom();
    hands.join(asking, nowMs);
    hands.renew(nowMs);
    lookAgain(nowMs);
    if (asking) {
      takeOne();
    } else {
      leaveSpare();
      sweep(nowMs);
      awaitMessage();
    }
  }

  /**
   * Keeps what is being run and nothing else. What came to a hand since it was looked at last, and
   * what was to go back after a pause, is for others at once.
   */
  private void hold(long nowMs) throws InterruptedException {
    hands.renew(nowMs);
    hands.in(Hand.State.EMPTY).forEach(hands::leave);
    hands.in(Hand.State.GIVING_BACK).forEach(hands::leave);
    if (hands.in(Hand.State.STARTING).isEmpty()) {
      nothingStarts.countDown();
    }
    sweepAtMs = nowMs + SWEEP_MS;
    awaitMessage();
  }

  private void takeMessages() {
    for (var message = messages.poll(); message != null; message = messages.poll()) {
      message.run();
    }
  }

  private void awaitMessage() throws InterruptedException {
    long wakeMs = hands.nextRenewalMs(Math.min(sweepAtMs, nowMs() + IDLE_MS));
    var message = messages.poll(Math.max(1, wakeMs - nowMs()), TimeUnit.MILLISECONDS);
    if (message != null) {
      message.run();
    }
  }

  private void deliver(HeldTask task) {
    hands.with(
        task.key(),
        hand -> {
          hand.hold(Hand.State.RUNNING, task.key(), Long.MAX_VALUE);
          delivered++;
          sink.arrived(task);
        });
  }

  /** What runs here may still end this worker: whoever runs it says when it has dropped it. */
  private void lost(Hand hand) {
    sink.lost(hand.key());
    if (hand.state() != Hand.State.RUNNING) {
      hand.begun().map(HeldTask::task).ifPresent(this::sayLost);
    }
  }

  private void sayLost(Task task) {
    reports.lost(
        task,
        failure -> {
          if (failure != null) {
            // Should this worker die, it counts as one that the task may have ended.
            LOG.warn(
                "It was not reported that task {} is lost: {}",
                task.taskId(),
                failure.getMessage());
          }
        });
  }

  private void lookAgain(long nowMs) {
    for (var hand : hands.in(Hand.State.WAITING_FOR_SCHEMA)) {
      if (nowMs >= hand.dueMs()) {
        hands.guarded(hand, () -> receiver.receive(hand));
      }
    }
    for (var hand : hands.in(Hand.State.GIVING_BACK)) {
      if (nowMs >= hand.dueMs()) {
        // Others are given time to take it before this worker looks at the topic again.
        hands.rest(hand.priority(), nowMs + Receiver.GIVE_BACK_MS);
        hands.guarded(hand, () -> hands.release(hand));
      }
    }
  }

  private void takeOne() throws InterruptedException {
    var priorities = order.order();
    for (var priority : priorities) {
      for (var hand : hands.ready(priority, nowMs())) {
        long fetchingMs = hand.hungrySinceMs() < 0 ? 0 : nowMs() - hand.hungrySinceMs();
        // One that has been fetching for a while would hold a record by now if there were any.
        if (ask(hand, Math.max(0, PROBE_MS - fetchingMs))) {
          return;
        }
      }
    }
    long nowMs = nowMs();
    var first = priorities.stream().flatMap(p -> hands.ready(p, nowMs).stream()).findFirst();
    if (first.isPresent()) {
      ask(first.get(), IDLE_MS);
    } else {
      awaitMessage();
    }
  }

  private void leaveSpare() {
    for (var hand : hands.spare()) {
      // What it has got since it was looked at last would count as one more delivery if it left.
      if (hand.hungrySinceMs() < 0 || !ask(hand, 0)) {
        hands.leave(hand);
      }
    }
  }

  /** A task that a hungry hand has got is run although none is wanted: others can't have it. */
  private void sweep(long nowMs) {
    if (nowMs < sweepAtMs) {
      return;
    }
    sweepAtMs = nowMs + SWEEP_MS;
    for (var hand : hands.in(Hand.State.EMPTY)) {
      if (hand.hungrySinceMs() >= 0) {
        ask(hand, 0);
      }
    }
  }

  private boolean ask(Hand hand, long waitMs) {
    var got = new boolean[1];
    hands.guarded(
        hand,
        () -> {
          if (hand.ask(Duration.ofMillis(waitMs), nowMs())) {
            got[0] = true;
            order.taken();
            receiver.receive(hand);
          }
        });
    return got[0];
  }

  static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /**
   * Takes nothing from now on; what is held can still be settled. Returns when every task whose
   * start was reported has arrived at the sink, so that none is begun here and left to be begun
   * again, or after a second.
   */
  public void leave() throws InterruptedException {
    leaving = true;
    messages.add(() -> {});
    var _ = nothingStarts.await(LEAVE_MS_MAX, TimeUnit.MILLISECONDS);
  }

  /** Leaves the group; what was not settled before goes to other workers. */
  @Override
  public void close() {
    closing = true;
    messages.add(() -> {});
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
