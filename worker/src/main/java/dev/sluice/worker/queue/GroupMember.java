package dev.sluice.worker.queue;

import dev.sluice.worker.queue.TaskReader.TaskRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One share consumer. It looks for records on a thread of its own; while it holds some, the
 * intake's thread uses it, and nothing there waits for the broker.
 *
 * <p>Five properties of Kafka's share consumer (4.4) shape it:
 *
 * <ul>
 *   <li>It must not be polled before all that it holds is acknowledged. A renewal counts as that;
 *       once the broker has answered it, the next poll returns the renewed records alone. Nothing
 *       new comes before nothing is held.
 *   <li>Polled before that answer, it fetches further records, which then lie in its buffer,
 *       locked. So the answer is waited for elsewhere: any commit, an empty one too, hands over the
 *       answers that have come.
 *   <li>Once polled, it goes on fetching until it has got a record, polled again or not.
 *   <li>A poll that begins while a fetched record is on its way to the buffer makes it fetch
 *       another one. So polls are few and long.
 *   <li>Once it has fetched a transaction's marker, it fetches no more within that poll. So the
 *       first poll is short, because most markers are met there.
 * </ul>
 */
final class GroupMember {

  private static final Logger LOG = LoggerFactory.getLogger(GroupMember.class);

  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  /** Longer than a process stands still as a rule: what is not closed may still take a task. */
  private static final Duration WAKE_MAX = Duration.ofSeconds(5);

  /** Closing ends by then. */
  static final Duration LEAVE_MAX = WAKE_MAX.plus(CLOSE_MAX);

  private static final Duration FIRST_POLL = Duration.ofMillis(30);
  private static final Duration NEXT_POLL = Duration.ofMillis(250);

  /** Where the broker has not said how long its lock is. */
  private static final int LOCK_MS_ASSUMED = 3_000;

  /** Of one that takes several: a record more or less is no matter, and the next ones are near. */
  private static final Duration BATCH_POLL = Duration.ofMillis(20);

  private final KafkaShareConsumer<String, byte[]> consumer;
  private final Duration firstPoll;
  private final Duration nextPoll;
  private @Nullable FutureTask<?> looking;

  /** Those whose renewal was not answered yet, and those for which it was refused. */
  private final Set<Place> renewing = new HashSet<>();

  private final Set<Place> refused = new HashSet<>();
  private Collection<TaskRecord> held = List.of();

  private record Place(String topic, int partition, long offset) {
    static Place of(TaskRecord found) {
      var record = found.record;
      return new Place(record.topic(), record.partition(), record.offset());
    }
  }

  /** Told, on the member's own thread, what it has found. */
  interface Listener {
    void found(ConsumerRecords<String, byte[]> records, long lockMs);

    void failed(RuntimeException why);

    /** Whatever it was, this process can't be trusted now. */
    void broken(Error why);
  }

  /**
   * @param settings of its consumer
   * @param topics what it reads
   * @param recordsMax most records that it takes at a time
   */
  GroupMember(Map<String, Object> settings, Collection<String> topics, int recordsMax) {
    firstPoll = recordsMax == 1 ? FIRST_POLL : BATCH_POLL;
    nextPoll = recordsMax == 1 ? NEXT_POLL : BATCH_POLL;
    consumer = new KafkaShareConsumer<>(settings);
    consumer.setAcknowledgementCommitCallback(this::answered);
    consumer.subscribe(topics);
  }

  /** Looks for records until it has got some, is woken or fails. */
  void ask(Listener listener) {
    var task = new FutureTask<Void>(() -> look(listener), null);
    looking = task;
    // A poll would hold a virtual thread's carrier, of which there are as many as cores.
    Thread.ofPlatform().daemon().name("fetch").start(task);
  }

  private void look(Listener listener) {
    try {
      var found = consumer.poll(firstPoll);
      while (found.isEmpty()) {
        found = consumer.poll(nextPoll);
      }
      listener.found(found, consumer.acquisitionLockTimeoutMs().orElse(LOCK_MS_ASSUMED));
    } catch (WakeupException e) {
      LOG.debug("Woken to leave.");
    } catch (RuntimeException e) {
      listener.failed(e);
    } catch (Error e) {
      listener.broken(e);
    }
  }

  /** Ends locks. What the broker makes of it is not waited for: tasks may run twice. */
  void settle(Collection<TaskRecord> done, Collection<TaskRecord> released) {
    done.forEach(each -> consumer.acknowledge(each.record, AcknowledgeType.ACCEPT));
    released.forEach(each -> consumer.acknowledge(each.record, AcknowledgeType.RELEASE));
    consumer.commitAsync();
  }

  /** Renews the locks of all that it holds. */
  void renew(Collection<TaskRecord> records) {
    held = List.copyOf(records);
    held.forEach(each -> consumer.acknowledge(each.record, AcknowledgeType.RENEW));
    held.forEach(each -> renewing.add(Place.of(each)));
    consumer.commitAsync();
  }

  boolean renews() {
    return !held.isEmpty();
  }

  private void answered(Map<TopicIdPartition, Set<Long>> offsets, @Nullable Exception failure) {
    offsets.forEach(
        (partition, those) ->
            those.forEach(
                offset -> {
                  var place = new Place(partition.topic(), partition.partition(), offset);
                  if (renewing.remove(place) && failure != null) {
                    LOG.debug("A lock at {} was not renewed: {}", place, failure.toString());
                    refused.add(place);
                  }
                }));
  }

  /**
   * Whether the renewal was answered.
   *
   * @return what it still holds; empty where there is no answer yet
   */
  Optional<Collection<TaskRecord>> renewed() {
    consumer.commitAsync();
    if (!renewing.isEmpty()) {
      return Optional.empty();
    }
    var kept = new ArrayList<TaskRecord>();
    for (var each : held) {
      if (!refused.contains(Place.of(each))) {
        kept.add(each);
      }
    }
    held = List.of();
    refused.clear();
    if (!kept.isEmpty() && consumer.poll(Duration.ZERO).count() != kept.size()) {
      throw new KafkaException("a share consumer does not return what it has renewed");
    }
    return Optional.of(kept);
  }

  /** Leaves the group; the broker gives what is held, or on its way, to others. */
  void close() {
    var thread = looking;
    if (thread != null && !thread.isDone()) {
      // Only one thread may use the consumer, so the poll has to end first.
      consumer.wakeup();
      awaitEnd(thread);
    }
    consumer.close(CLOSE_MAX);
  }

  private static void awaitEnd(FutureTask<?> looking) {
    try {
      var _ = looking.get(WAKE_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("A look for records has ended: {}", String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
