package dev.sluice.producer.lag;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.LaneOffsets;
import dev.sluice.platform.kafka.LaneOffsets.Standing;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Backlogs as the cluster knows them: the admin client says where each group stands, and {@link
 * LagProbe} looks at the records themselves where something seems to wait. Used by one thread.
 */
public final class KafkaBacklogs implements Backlogs {

  private static final int ADMIN_SECONDS_MAX = 10;

  /** What is followed by all processes of a kind, and read committed. */
  private static final List<Topic> FOLLOWED =
      List.of(
          Topic.JOB_STATES,
          Topic.JOB_FACTS,
          Topic.LANES,
          Topic.CONTROLS,
          Topic.FLEET,
          Topic.MODELS,
          Topic.ARTIFACTS);

  private final Admin admin;
  private final LaneOffsets lanes;
  private final LagProbe probe;
  private final GroupWords words = new GroupWords();
  private final OpenTransactions transactions;
  private final Map<String, List<TopicPartition>> partitions = new HashMap<>();

  /**
   * Opens an admin client and a consumer of its own.
   *
   * @param live which tasks of a lane count
   */
  public KafkaBacklogs(KafkaSettings kafka, Codec codec, LiveTasks live) {
    this.admin = Admin.create(kafka.admin());
    this.lanes = new LaneOffsets(admin, ADMIN_SECONDS_MAX);
    this.probe = new LagProbe(kafka, codec, live);
    this.transactions = new OpenTransactions(admin);
  }

  @Override
  public Map<String, List<Backlog>> read(List<Queue> queues) throws LagUnavailable {
    var standings = new HashMap<Queue, List<Standing>>();
    var ofLanes = lanes(queues);
    for (var queue : queues) {
      standings.put(
          queue,
          switch (queue.kind()) {
            case LANE -> ofLanes.getOrDefault(queue.name(), List.of());
            case TOPIC -> standings(queue);
          });
    }
    lookForTransactions(
        standings.values().stream()
            .flatMap(List::stream)
            .collect(Collectors.toMap(Standing::partition, Standing::end, Math::max)));
    var sights =
        probe.look(
            standings.entrySet().stream()
                .flatMap(each -> each.getValue().stream().map(s -> stretch(each.getKey(), s)))
                .flatMap(Optional::stream)
                .toList());
    return standings.entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().name(),
                entry ->
                    entry.getValue().stream()
                        .map(s -> backlog(s, sights.get(s.partition())))
                        .toList()));
  }

  @Override
  public List<Standstill> standstills() {
    var all = new ArrayList<>(words.standstills(System.nanoTime()));
    all.addAll(transactions.standstills());
    return all;
  }

  private Map<String, List<Standing>> lanes(List<Queue> queues) throws LagUnavailable {
    try {
      return lanes.read(
          queues.stream()
              .filter(queue -> queue.kind() == Queue.Kind.LANE)
              .map(Queue::name)
              .toList());
    } catch (KafkaException e) {
      throw new LagUnavailable("read the offsets of the lanes", e);
    }
  }

  /** Beside the queues, what every process reads and has no queue for. */
  private void lookForTransactions(Map<TopicPartition, Long> queues) throws LagUnavailable {
    var others = new ArrayList<TopicPartition>();
    for (var topic : FOLLOWED) {
      others.addAll(partitionsOf(topic.topicName()));
    }
    var committed = new HashMap<>(queues);
    committed.putAll(offsets(others, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED));
    others.addAll(queues.keySet());
    var ends = offsets(others, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    transactions.look(committed, ends, System.nanoTime());
  }

  @Override
  public void close() {
    probe.close();
    admin.close();
  }

  private static Optional<LagProbe.Stretch> stretch(Queue queue, Standing s) {
    var lane = queue.kind() == Queue.Kind.LANE ? queue.name() : null;
    return s.unfinished() > 0
        ? Optional.of(new LagProbe.Stretch(s.partition(), s.start(), s.end(), lane))
        : Optional.empty();
  }

  private static Backlog backlog(Standing standing, LagProbe.@Nullable Sight sight) {
    long unfinished = standing.unfinished();
    boolean exact = unfinished == 0;
    List<Long> timestamps = List.of();
    if (sight != null) {
      exact = sight.complete();
      // Both bound it from above: offsets count markers and what is void, records count what is
      // done out of order.
      unfinished = exact ? Math.min(unfinished, sight.timestamps().size()) : unfinished;
      timestamps =
          exact
              ? sight
                  .timestamps()
                  .subList(sight.timestamps().size() - (int) unfinished, sight.timestamps().size())
              : sight.timestamps().stream().limit(1).toList();
    }
    return new Backlog(
        standing.partition().topic(),
        standing.partition().partition(),
        standing.start(),
        standing.end(),
        unfinished,
        exact,
        timestamps);
  }

  private List<Standing> standings(Queue queue) throws LagUnavailable {
    var partitions = new ArrayList<TopicPartition>();
    for (var topic : queue.topics()) {
      partitions.addAll(partitionsOf(topic));
    }
    var earliest = offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED);
    var ends = offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    var committed = committedOffsets(queue.group(), partitions);
    words.hear(committed, System.nanoTime());
    var standings = new ArrayList<Standing>();
    for (var partition : partitions) {
      long first = earliest.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, first);
      var offset = committed.get(partition);
      long start = offset == null ? first : Math.max(first, offset.offset());
      standings.add(new Standing(partition, start, end, Math.max(0, end - start)));
    }
    return standings;
  }

  private List<TopicPartition> partitionsOf(String topic) throws LagUnavailable {
    var known = partitions.get(topic);
    if (known == null) {
      known = describe(topic);
      if (!known.isEmpty()) {
        partitions.put(topic, known);
      }
    }
    return known;
  }

  private List<TopicPartition> describe(String topic) throws LagUnavailable {
    try {
      var described = admin.describeTopics(List.of(topic)).topicNameValues().get(topic);
      return described == null
          ? List.of()
          : await(described).partitions().stream()
              .map(TopicPartitionInfo::partition)
              .map(partition -> new TopicPartition(topic, partition))
              .toList();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return List.of();
      }
      throw new LagUnavailable("read the partitions of " + topic, e);
    } catch (TimeoutException e) {
      throw new LagUnavailable("read the partitions of " + topic, e);
    }
  }

  private Map<TopicPartition, Long> offsets(
      List<TopicPartition> partitions, OffsetSpec spec, IsolationLevel which)
      throws LagUnavailable {
    try {
      var result =
          await(
              admin
                  .listOffsets(
                      partitions.stream().collect(Collectors.toMap(p -> p, p -> spec)),
                      new ListOffsetsOptions(which))
                  .all());
      return result.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
    } catch (ExecutionException | TimeoutException e) {
      // A topic that was removed under us: look it up anew next time.
      this.partitions.clear();
      throw new LagUnavailable("read the ends of the queues", e);
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> committedOffsets(
      String group, List<TopicPartition> partitions) throws LagUnavailable {
    try {
      var found =
          await(
              admin
                  .listConsumerGroupOffsets(
                      Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)))
                  .partitionsToOffsetAndMetadata(group));
      return withoutNulls(found);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return Map.of();
      }
      throw new LagUnavailable("read the offsets of group " + group, e);
    } catch (TimeoutException e) {
      throw new LagUnavailable("read the offsets of group " + group, e);
    }
  }

  /** The admin client's maps hold null for a partition that has no offset. */
  private static <V> Map<TopicPartition, V> withoutNulls(Map<TopicPartition, V> found) {
    var present = new HashMap<>(found);
    present.values().removeIf(value -> value == null);
    return present;
  }

  private static <T> T await(KafkaFuture<T> future) throws ExecutionException, TimeoutException {
    try {
      return future.get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TimeoutException("interrupted");
    }
  }
}
