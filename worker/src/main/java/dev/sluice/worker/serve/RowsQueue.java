package dev.sluice.worker.serve;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Grouped;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.broker.Outage;
import dev.sluice.worker.report.Reports;
import dev.sluice.worker.rows.RowsServer;
import dev.sluice.worker.rows.TaskRounds;
import dev.sluice.worker.serve.RowsRecords.Item;
import dev.sluice.worker.tasks.Models;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lane's queue of tasks that have their rows themselves: takes hundreds at a time, has them
 * answered and reported round by round, and acknowledges what is reported. It shares nothing with
 * the intake of other tasks, so that small jobs don't wait behind terms.
 *
 * <p>Two threads: {@code rows} uses the share consumer, and renews what it holds while {@code
 * answers} loads models, computes and waits until reports are stored. Until then the consumer can't
 * be polled; that is one round trip, and the acknowledgements go with the next request for records.
 */
public final class RowsQueue implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RowsQueue.class);
  private static final Grouped LETTERS = new Grouped(LOG::warn);

  /** More of them at a time save little, and make those that come later wait. */
  static final int RECORDS_MAX = 500;

  /**
   * Once a share consumer has met a transaction's marker it fetches no more within that poll, so
   * polls are short where tasks come.
   */
  private static final Duration POLL_BUSY = Duration.ofMillis(20);

  private static final Duration POLL_IDLE = Duration.ofMillis(200);
  private static final long BUSY_NANOS = Duration.ofSeconds(2).toNanos();

  private static final Duration CONSUMER_CLOSE_MAX = Duration.ofSeconds(2);
  private static final long RETRY_MS = 500;
  private static final long LOOK_AGAIN_MS = 50;
  private static final long CLOSE_MS_MAX = 8_000;

  private final String lane;
  private final Supplier<ShareConsumer<String, byte[]>> opening;
  private final RowsRecords records;
  private final RowsWork work;
  private final ExecutorService answers;
  private final Thread thread;
  private final Outage outage = new Outage(LOG, "take tasks that have their rows");
  private final CountDownLatch left = new CountDownLatch(1);
  private volatile boolean leaving;

  /**
   * What the queue works with.
   *
   * @param server answers; closed with the queue
   * @param versions where it finds models; closed with the queue
   * @param models where it loads them; closed with the queue
   * @param reports tells the ledger
   * @param flush sends what was told, and returns when it is stored or can't be
   */
  public record Tools(
      RowsServer server,
      AutoCloseable versions,
      AutoCloseable models,
      Reports reports,
      Runnable flush) {}

  private RowsQueue(
      String lane,
      Supplier<ShareConsumer<String, byte[]>> opening,
      RowsRecords records,
      Tools tools,
      long stackBytes,
      Thread.UncaughtExceptionHandler onDefect) {
    this.lane = lane;
    this.opening = opening;
    this.records = records;
    this.work = new RowsWork(tools);
    this.answers =
        Executors.newSingleThreadExecutor(
            task ->
                Thread.ofPlatform().name("answers").stackSize(stackBytes).daemon().unstarted(task));
    this.thread = Thread.ofPlatform().name("rows").daemon().unstarted(this::run);
    thread.setUncaughtExceptionHandler(onDefect);
  }

  /**
   * Joins the lane's share group.
   *
   * @param kafka cluster
   * @param codec decodes tasks
   * @param lane lane whose tasks are taken
   * @param schemaWaitMs longest time that one waits for its schema
   * @param tools what answers and reports
   * @param stackBytes of the thread that loads models and computes
   * @param onDefect told where one of its threads fails
   */
  public static RowsQueue join(
      KafkaSettings kafka,
      Codec codec,
      String lane,
      long schemaWaitMs,
      Tools tools,
      long stackBytes,
      Thread.UncaughtExceptionHandler onDefect) {
    return started(
        lane,
        () -> new KafkaShareConsumer<>(kafka.burstShareReader(lane, RECORDS_MAX)),
        new RowsRecords(codec, lane, schemaWaitMs),
        tools,
        stackBytes,
        onDefect);
  }

  /** With any share consumer. */
  static RowsQueue started(
      String lane,
      Supplier<ShareConsumer<String, byte[]>> opening,
      RowsRecords records,
      Tools tools,
      long stackBytes,
      Thread.UncaughtExceptionHandler onDefect) {
    var queue = new RowsQueue(lane, opening, records, tools, stackBytes, onDefect);
    queue.thread.start();
    return queue;
  }

  /** Tools with versions as they are published. */
  public static Tools tools(
      KafkaSettings kafka,
      Codec codec,
      Models models,
      Accelerator accelerator,
      Reports reports,
      Runnable flush) {
    var versions = new PublishedVersions(kafka, codec);
    var server = new RowsServer(versions, models::load, accelerator, System::nanoTime);
    return new Tools(server, versions, models, reports, flush);
  }

  /** Tasks reported so far. */
  public long finished() {
    return work.finished();
  }

  /** Rows answered so far. */
  public long answered() {
    return work.answered();
  }

  private void run() {
    while (!leaving) {
      try (var consumer = new Closing(opening.get())) {
        consumer.own.subscribe(Topic.tasks(Topic.rowsQueue(lane)));
        take(new LockedRecords(consumer.own));
      } catch (KafkaException | IllegalStateException e) {
        // Whatever is wrong with a client, another one takes its place.
        outage.says(e);
        pause(RETRY_MS);
      }
    }
  }

  /** Gives a share consumer a bounded time to leave. */
  private record Closing(ShareConsumer<String, byte[]> own) implements AutoCloseable {
    @Override
    public void close() {
      own.close(CONSUMER_CLOSE_MAX);
    }
  }

  private void take(LockedRecords locked) {
    long busyNanos = System.nanoTime() - BUSY_NANOS;
    while (!leaving) {
      boolean busy = System.nanoTime() - busyNanos < BUSY_NANOS;
      var found = locked.take(busy ? POLL_BUSY : POLL_IDLE);
      if (!found.isEmpty()) {
        busyNanos = System.nanoTime();
        serve(locked, found.stream().map(records::item).toList());
      }
    }
  }

  private void serve(LockedRecords locked, List<Item> found) {
    var ready = found.stream().filter(item -> records.read(item, nowMs())).toList();
    settle(locked, ready);
    var waiting = found.stream().filter(item -> !item.isRead()).toList();
    while (!waiting.isEmpty() && !leaving) {
      pause(LOOK_AGAIN_MS);
      if (locked.renewInMs() == 0) {
        locked.renew();
      }
      settle(locked, waiting.stream().filter(item -> records.read(item, nowMs())).toList());
      waiting = waiting.stream().filter(item -> !item.isRead()).toList();
    }
    waiting.forEach(item -> locked.settle(item.record(), AcknowledgeType.RELEASE));
  }

  /** Has them answered round by round; what is left when this worker leaves goes to others. */
  private void settle(LockedRecords locked, List<Item> ready) {
    boolean unstored = false;
    for (var round : TaskRounds.of(ready, Item::delivery, RandomGenerator.getDefault())) {
      if (!leaving) {
        await(locked, round);
      }
      for (var item : round) {
        locked.settle(
            item.record(), item.isStored() ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
        unstored |= !item.isStored();
      }
      locked.send();
    }
    if (unstored && !leaving) {
      pause(RETRY_MS); // they come back at once
    }
  }

  private void await(LockedRecords locked, List<Item> round) {
    var working = answers.submit(() -> work.perform(round));
    while (true) {
      try {
        // Also of rounds that are short: those behind them are held all the while.
        if (locked.renewInMs() == 0) {
          locked.renew();
        }
        working.get(Math.max(1, locked.renewInMs()), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        LOG.trace("a round takes longer than a part of the lock"); // which is renewed above
      } catch (ExecutionException e) {
        throw failed(e.getCause());
      } catch (InterruptedException e) {
        leave();
        return;
      }
    }
  }

  /** Whatever tasks and brokers can cause is caught before: this process can't be trusted now. */
  private static Error failed(@Nullable Throwable why) {
    return why instanceof Error error ? error : new AssertionError("answering has failed", why);
  }

  /** Waits, unless this worker leaves. */
  private void pause(long millis) {
    try {
      var _ = left.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      leave();
    }
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** Takes nothing from now on, and ends the round in hand; does not wait for it. */
  public void leave() {
    leaving = true;
    left.countDown();
  }

  /** Leaves the group; what was not answered before goes to other workers. */
  @Override
  public void close() {
    leave();
    try {
      if (!thread.join(Duration.ofMillis(CLOSE_MS_MAX))) {
        thread.interrupt(); // brokers are away: what it holds goes to others when its lock ends
      }
      answers.shutdown();
      if (answers.awaitTermination(1, TimeUnit.SECONDS)) {
        work.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** In the logs, a flood is one line. */
  static void sayLetter(Item item, String why) {
    LETTERS.say(
        "records of " + item.record().topic(),
        "The record at "
            + DeadLetters.place(item.record())
            + " is no task with rows and goes to the dead letters: "
            + why);
  }
}
