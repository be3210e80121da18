package dev.sluice.worker.queue;

import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a lane's share group, on the topic of one priority, holding one record at most.
 *
 * <p>Four properties of Kafka's share consumer (4.4) shape it. A consumer that renews a record
 * returns only renewed ones from poll: it takes nothing new until it holds nothing, so holding two
 * tasks takes two consumers. A consumer that was polled goes on fetching until it has got a record,
 * polled again or not: a hand that once asked has to be looked at until it is filled. A poll that
 * begins while a fetched record is on its way to the consumer's buffer makes it fetch another one,
 * which then lies in the buffer, locked, for as long as the first is held or the lock lasts: polls
 * are few and long, on a thread of their own. And a consumer that has fetched a transaction's
 * marker fetches no more within that poll: the first poll is short, because most markers are met
 * there.
 *
 * <p>For one thread.
 */
final class Hand implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Hand.class);

  private static final Duration COMMIT_MAX = Duration.ofSeconds(2);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  /** Longer than a process stands still as a rule: what is not closed may still take a task. */
  private static final Duration WAKE_MAX = Duration.ofSeconds(5);

  /** Closing ends by then. */
  static final Duration LEAVE_MAX = WAKE_MAX.plus(CLOSE_MAX);

  private static final Duration RENEWED_POLL = Duration.ofMillis(5);
  private static final int RENEWED_POLLS_MAX = 20;

  private static final Duration FIRST_POLL = Duration.ofMillis(30);
  private static final Duration NEXT_POLL = Duration.ofMillis(250);

  /** Where the broker has not said yet how long its lock is. */
  private static final int LOCK_MS_ASSUMED = 3_000;

  /** A record is renewed after this part of its lock, so that two renewals may fail. */
  private static final int RENEWALS_PER_LOCK = 3;

  /** What a hand is doing. */
  enum State {
    /** It holds nothing. */
    EMPTY,
    /** Its task is on its way to the computing thread. */
    STARTING,
    /** Its task is run by this worker. */
    RUNNING,
    /** Its record can't be read before a schema arrives. */
    WAITING_FOR_SCHEMA,
    /** Its record is given back when its time has come. */
    GIVING_BACK,
    /** Its record is put away as a dead letter. */
    PUTTING_AWAY
  }

  private final Priority priority;
  private final KafkaShareConsumer<String, byte[]> consumer;
  private State state = State.EMPTY;
  private String key = "";
  private @Nullable HeldTask task;
  private @Nullable ConsumerRecord<String, byte[]> record;
  private long renewAtMs;
  private long dueMs;
  private long hungrySinceMs = -1;
  private @Nullable FutureTask<ConsumerRecords<String, byte[]>> fetch;

  Hand(KafkaSettings kafka, String lane, Priority priority) {
    this.priority = priority;
    this.consumer =
        new KafkaShareConsumer<>(
            kafka.shareReader(lane), new StringDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(List.of(Topic.tasks(lane, priority)));
  }

  Priority priority() {
    return priority;
  }

  State state() {
    return state;
  }

  /** Names what it holds; empty where it holds nothing. */
  String key() {
    return key;
  }

  /** The task that it holds, where this worker has said that it begins it. */
  Optional<HeldTask> begun() {
    return Optional.ofNullable(task);
  }

  /** When the state is to be looked at again. */
  long dueMs() {
    return dueMs;
  }

  /** When the record it holds is to be renewed. */
  long renewAtMs() {
    return state == State.EMPTY ? Long.MAX_VALUE : renewAtMs;
  }

  /** Since when it has been fetching; -1: it is not. */
  long hungrySinceMs() {
    return hungrySinceMs;
  }

  /** What it holds. */
  ConsumerRecord<String, byte[]> record() {
    var held = record;
    if (held == null) {
      throw new IllegalStateException("a hand on " + priority + " holds nothing");
    }
    return held;
  }

  /**
   * Looks for a record; from then on the hand is hungry until it has got one.
   *
   * @param wait longest wait
   * @return whether it holds one now
   * @throws KafkaException where the broker can't be asked
   */
  boolean ask(Duration wait, long nowMs) {
    if (hungrySinceMs < 0) {
      hungrySinceMs = nowMs;
    }
    for (var found : fetched(wait)) {
      // max.poll.records is 1.
      record = found;
      hungrySinceMs = -1;
      renewAtMs = nowMs + renewalMs();
      return true;
    }
    return false;
  }

  private ConsumerRecords<String, byte[]> fetched(Duration wait) {
    var fetching = fetch;
    if (fetching == null) {
      fetching = new FutureTask<>(this::nextRecord);
      fetch = fetching;
      // A poll would hold a virtual thread's carrier, of which there are as many as cores.
      Thread.ofPlatform().daemon().name("fetch").start(fetching);
    }
    try {
      var found = fetching.get(wait.toNanos(), TimeUnit.NANOSECONDS);
      fetch = null;
      return found;
    } catch (TimeoutException e) {
      return ConsumerRecords.empty();
    } catch (ExecutionException e) {
      fetch = null;
      switch (e.getCause()) {
        case KafkaException failure -> throw failure;
        // Whatever it was, this process can't be trusted now.
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ConsumerRecords.empty();
    }
  }

  /** Ends with a record, or when the consumer is woken or fails. */
  private ConsumerRecords<String, byte[]> nextRecord() {
    var found = consumer.poll(FIRST_POLL);
    while (found.isEmpty()) {
      found = consumer.poll(NEXT_POLL);
    }
    return found;
  }

  private long renewalMs() {
    return consumer.acquisitionLockTimeoutMs().orElse(LOCK_MS_ASSUMED) / RENEWALS_PER_LOCK;
  }

  /** The record that it holds is a task, and this worker is about to begin it. */
  void begin(HeldTask taken) {
    hold(State.STARTING, taken.key(), Long.MAX_VALUE);
    task = taken;
  }

  /** Says what the record it holds is waiting for. */
  void hold(State doing, String heldKey, long untilMs) {
    state = doing;
    key = heldKey;
    dueMs = untilMs;
  }

  /**
   * Renews the lock on the record.
   *
   * @return whether this worker still holds it; if not, the hand is to be {@link #empty() emptied}
   * @throws KafkaException where the broker can't be asked
   */
  boolean renew(long nowMs) {
    consumer.acknowledge(record(), AcknowledgeType.RENEW);
    boolean kept =
        consumer.commitSync(COMMIT_MAX).values().stream().allMatch(problem -> problem.isEmpty());
    if (kept && comesBack()) {
      renewAtMs = nowMs + renewalMs();
      return true;
    }
    return false;
  }

  /** A renewed record comes back from the next poll; until it has, it can't be acknowledged. */
  private boolean comesBack() {
    long offset = record().offset();
    for (int poll = 0; poll < RENEWED_POLLS_MAX; poll++) {
      for (var found : consumer.poll(poll == 0 ? Duration.ZERO : RENEWED_POLL)) {
        if (found.offset() == offset) {
          record = found;
          return true;
        }
        // The renewed one is lost, so this is another.
        consumer.acknowledge(found, AcknowledgeType.RELEASE);
        consumer.commitAsync();
        return false;
      }
    }
    return false;
  }

  /** Ends the holding. What the broker makes of it is not waited for: tasks may run twice. */
  void settle(AcknowledgeType how) {
    consumer.acknowledge(record(), how);
    consumer.commitAsync();
    empty();
  }

  /** Holds nothing from now on, whatever becomes of what it held. */
  void empty() {
    record = null;
    task = null;
    key = "";
    state = State.EMPTY;
  }

  /** Leaves the group; the broker gives what is held, or on its way, to others. */
  @Override
  public void close() {
    var fetching = fetch;
    if (fetching != null) {
      // Only one thread may use the consumer, so the poll has to end first.
      consumer.wakeup();
      awaitEnd(fetching);
    }
    consumer.close(CLOSE_MAX);
  }

  private static void awaitEnd(FutureTask<?> fetching) {
    try {
      fetching.get(WAKE_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // Woken as it was meant to be, or it failed as the next poll would.
      LOG.debug("A fetch has ended: {}", String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
