package dev.sluice.worker.queue;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.compute.ReportedStarts;
import dev.sluice.worker.compute.TaskSource;
import dev.sluice.worker.lease.Intake;
import dev.sluice.worker.lease.TaskSink;
import dev.sluice.worker.report.Controls;
import dev.sluice.worker.report.Reports;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lane's tasks, from Kafka: an {@link Intake} on a thread of its own. Whatever others tell it
 * waits in a queue until that thread takes it.
 */
public final class TaskQueue implements TaskSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskQueue.class);

  /** How often answers to renewals are looked for, which ring for nobody. */
  private static final long LOOK_MS = 5;

  /** What the ledger has made void may wait here for so long. */
  private static final long IDLE_MS_MAX = 500;

  private static final long CLOSE_MS_MAX = 8_000;

  /** A start that is not stored by then is not waited for: the brokers are away. */
  private static final long LEAVE_MS_MAX = 1_000;

  /**
   * What decides which tasks are for this worker.
   *
   * @param lane lane it serves
   * @param engine its engine fingerprint
   * @param heldTasksMax most tasks in hand at once
   * @param schemaWaitMs longest time that one waits for its schema
   */
  public record Scope(String lane, String engine, int heldTasksMax, long schemaWaitMs) {}

  private final KafkaShareGroup group;
  private final Intake intake;
  private final BlockingQueue<Consumer<Intake>> messages = new LinkedBlockingQueue<>();
  private final Thread thread;
  private final CountDownLatch nothingStarts = new CountDownLatch(1);
  private volatile boolean suspicion;
  private volatile boolean leaving;
  private volatile boolean closing;

  /**
   * Joins the lane's share group.
   *
   * @param kafka cluster
   * @param codec decodes tasks
   * @param scope which tasks are for this worker
   * @param controls which tasks are void, and of which the facts are here
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
    var reader = new TaskReader(codec, new SchemaWait(scope.schemaWaitMs()), reports, this::settle);
    group = new KafkaShareGroup(kafka, scope, reader, TaskQueue::nowMs, messages::add);
    intake =
        new Intake(
            new Intake.Manner(scope.engine(), scope.heldTasksMax(), Intake.Manner.TINY_AFTER),
            group,
            new ReportedStarts(reports.tasks(), new Fate()),
            sink,
            controls.jobs()::isVoid,
            controls.jobs()::hasFacts);
    thread = Thread.ofPlatform().name("intake").uncaughtExceptionHandler(onDefect).start(this::run);
  }

  @Override
  public void want(boolean another, long seen) {
    messages.add(each -> each.want(another, seen));
  }

  @Override
  public void ended(String key, long micros) {
    messages.add(each -> each.ended(key, micros));
  }

  @Override
  public void done(String key) {
    messages.add(each -> each.done(key));
  }

  @Override
  public void giveBack(String key) {
    messages.add(each -> each.giveBack(key, nowMs()));
  }

  @Override
  public void dropped(Task task) {
    messages.add(each -> each.dropped(task));
  }

  @Override
  public boolean suspicion() {
    return suspicion;
  }

  private void settle(String key, @Nullable Exception failure) {
    if (failure == null) {
      done(key);
    } else {
      giveBack(key);
    }
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
      intake.close(nowMs());
      group.awaitLeft();
    }
  }

  private void round() throws InterruptedException {
    takeMessages();
    boolean looks = group.look();
    if (leaving) {
      intake.leave();
    }
    long nowMs = nowMs();
    intake.step(nowMs);
    suspicion = intake.suspicion();
    if (leaving && intake.nothingStarts()) {
      nothingStarts.countDown();
    }
    long untilMs = intake.nextMs(nowMs + (looks ? LOOK_MS : IDLE_MS_MAX), nowMs);
    var message = messages.poll(Math.max(1, untilMs - nowMs()), TimeUnit.MILLISECONDS);
    if (message != null) {
      message.accept(intake);
    }
  }

  private void takeMessages() {
    for (var message = messages.poll(); message != null; message = messages.poll()) {
      message.accept(intake);
    }
  }

  /** What came of telling the ledger reaches the intake as any other message. */
  private final class Fate implements ReportedStarts.Fate {

    @Override
    public void started(String key) {
      messages.add(each -> each.started(key));
    }

    @Override
    public void giveBack(String key) {
      TaskQueue.this.giveBack(key);
    }

    @Override
    public void unheard(Task task, String what, Exception why) {
      LOG.warn("It was not reported of task {} that {}: {}", task.taskId(), what, why.getMessage());
    }
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
    messages.add(each -> {});
    var _ = nothingStarts.await(LEAVE_MS_MAX, TimeUnit.MILLISECONDS);
  }

  /** Leaves the group; what was not settled before goes to other workers. */
  @Override
  public void close() {
    closing = true;
    messages.add(each -> {});
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
