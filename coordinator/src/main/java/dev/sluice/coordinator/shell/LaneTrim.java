package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.shell.LaneHead.Waiting;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.LaneOffsets;
import dev.sluice.platform.kafka.LaneOffsets.Standing;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Task;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes tasks that nobody wants out of lanes without workers, by moving the start of the lane's
 * share group past them; where there are workers, these drop such tasks themselves, and brokers
 * refuse to move a group.
 *
 * <p>Controls are read after the tasks, and to their end. So where a job's id is used again, a task
 * of the later job is never taken for one of the earlier: the ledger's transactions follow each
 * other, and the one that removed the earlier control is read by then.
 */
final class LaneTrim implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LaneTrim.class);

  private static final long PAUSE_MS = 2_000;
  private static final int ADMIN_SECONDS_MAX = 10;

  /** Tasks of one partition that are looked at together. */
  private static final int TASKS_MAX = 1_000;

  private final Admin admin;
  private final Codec codec;
  private final Supplier<Set<String>> lanes;
  private final LaneOffsets offsets;
  private final StretchReader reader;
  private final JobControls controls;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final Map<TopicPartition, LaneHead> heads = new HashMap<>();

  private boolean failing;

  /**
   * @param kafka cluster
   * @param admin client of the cluster, kept open by the caller
   * @param codec decodes tasks and controls
   * @param lanes lanes in which something waits; empty where another process sees to them
   */
  LaneTrim(KafkaSettings kafka, Admin admin, Codec codec, Supplier<Set<String>> lanes) {
    this.admin = admin;
    this.codec = codec;
    this.lanes = lanes;
    offsets = new LaneOffsets(admin, ADMIN_SECONDS_MAX);
    reader = new StretchReader(kafka);
    controls = new JobControls(codec, reader, this::controlsEnd);
    thread = Thread.ofPlatform().name("lane-trim").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closing.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      while (trim() && closing.getCount() > 0) {
        LOG.debug("There may be more to take out.");
      }
      failing = false;
    } catch (RuntimeException e) {
      if (!failing && closing.getCount() > 0) {
        LOG.warn("Tasks of cancelled jobs stay in lanes without workers for now: {}", e.toString());
      }
      failing = true;
    }
  }

  /** Takes out what can be; returns whether something was. */
  private boolean trim() {
    var standings = withoutWorkers(offsets.read(lanes.get()));
    heads.keySet().retainAll(partitions(standings.values()));
    standings.values().forEach(all -> all.forEach(this::readHead));
    controls.learn(
        heads.values().stream()
            .flatMap(head -> head.tasks().stream())
            .map(Waiting::jobId)
            .collect(Collectors.toSet()),
        System.nanoTime());
    boolean moved = false;
    for (var lane : standings.entrySet()) {
      var begins = new HashMap<TopicPartition, Long>();
      for (var standing : lane.getValue()) {
        var head = heads.get(standing.partition());
        if (head == null) {
          continue;
        }
        long begin = head.begin(standing, task -> controls.voids(task.jobId(), task.epoch()));
        if (begin > standing.start()) {
          begins.put(standing.partition(), begin);
        } else {
          heads.put(standing.partition(), head.first());
        }
      }
      moved |= move(lane.getKey(), begins);
    }
    return moved;
  }

  private long controlsEnd() {
    try {
      return await(
              admin
                  .listOffsets(Map.of(JobControls.PARTITION, OffsetSpec.latest()))
                  .partitionResult(JobControls.PARTITION))
          .offset();
    } catch (ExecutionException e) {
      throw failed(e);
    }
  }

  private static Set<TopicPartition> partitions(Collection<List<Standing>> standings) {
    return standings.stream()
        .flatMap(List::stream)
        .map(Standing::partition)
        .collect(Collectors.toSet());
  }

  /** Partitions in which something waits, of lanes whose groups have no members. */
  private Map<String, List<Standing>> withoutWorkers(Map<String, List<Standing>> standings) {
    var waiting = new HashMap<String, List<Standing>>();
    standings.forEach(
        (lane, all) -> {
          var some = all.stream().filter(standing -> standing.unfinished() > 0).toList();
          if (!some.isEmpty()) {
            waiting.put(lane, some);
          }
        });
    if (waiting.isEmpty()) {
      return Map.of();
    }
    var groups =
        admin
            .describeShareGroups(waiting.keySet().stream().map(Topic::shareGroup).toList())
            .describedGroups();
    waiting
        .keySet()
        .removeIf(
            lane -> {
              var group = groups.get(Topic.shareGroup(lane));
              try {
                return group == null || await(group).groupState() != GroupState.EMPTY;
              } catch (ExecutionException e) {
                if (e.getCause() instanceof GroupIdNotFoundException) {
                  return false; // it has never had a member
                }
                throw failed(e);
              }
            });
    return waiting;
  }

  private void readHead(Standing standing) {
    var known = heads.get(standing.partition());
    if (known != null && known.start() == standing.start()) {
      return;
    }
    var tasks = new ArrayList<Waiting>();
    long next =
        reader.read(
            standing.partition(),
            standing.start(),
            standing.end(),
            record -> {
              tasks.add(waiting(record));
              return tasks.size() < TASKS_MAX;
            });
    heads.put(standing.partition(), new LaneHead(standing.start(), tasks, next));
  }

  private Waiting waiting(ConsumerRecord<String, ByteBuffer> record) {
    return record.value() != null
            && codec.decode(Task.class, record.value()) instanceof Decoded.Message<Task>(var task)
        ? new Waiting(record.offset(), task.jobId(), task.epoch())
        : new Waiting(record.offset(), "", 0);
  }

  private boolean move(String lane, Map<TopicPartition, Long> begins) {
    if (begins.isEmpty()) {
      return false;
    }
    try {
      await(admin.alterShareGroupOffsets(Topic.shareGroup(lane), begins).all());
      LOG.info("Tasks that nobody wants any more have left lane {}: {}", lane, begins);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupNotEmptyException) {
        return false; // a worker has come; it drops them
      }
      throw failed(e);
    }
  }

  private static <T> T await(KafkaFuture<T> future) throws ExecutionException {
    try {
      return future.get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new KafkaException("The brokers do not answer in time.", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e); // sets the thread's flag again
    }
  }

  private static KafkaException failed(ExecutionException why) {
    return new KafkaException(String.valueOf(why.getCause()), why.getCause());
  }

  @Override
  public void close() {
    closing.countDown();
    reader.wakeup();
    Stopping.join(thread);
    reader.close();
  }
}
