package dev.sluice.platform.kafka;

import dev.sluice.schemas.topics.Topic;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Where the share groups of lanes stand, asked of all lanes at once.
 *
 * <p>A group has no offset in a partition before its first member, and no lag before its first
 * acknowledgement: nothing is finished then.
 */
public final class LaneOffsets {

  private final Admin admin;
  private final long waitNanos;

  /**
   * Where one lane's group stands in one partition of its task topics.
   *
   * @param partition which
   * @param start first offset that the group has not finished
   * @param end end of committed records
   * @param unfinished offsets that it has not finished: tasks, those in hand included, and the
   *     markers of transactions
   */
  public record Standing(TopicPartition partition, long start, long end, long unfinished) {}

  /**
   * @param admin client of the cluster, kept open by the caller
   * @param secondsMax longest wait for one reading
   */
  public LaneOffsets(Admin admin, int secondsMax) {
    this.admin = admin;
    this.waitNanos = TimeUnit.SECONDS.toNanos(secondsMax);
  }

  /**
   * Reads where lanes stand.
   *
   * @return by lane, in the order of {@link Topic#tasks(String, Collection)}; without topics that
   *     don't exist yet
   * @throws KafkaException where the brokers do not answer in time
   */
  public Map<String, List<Standing>> read(Collection<String> lanes) {
    if (lanes.isEmpty()) {
      return Map.of();
    }
    long deadline = System.nanoTime() + waitNanos;
    var known = known(lanes, deadline);
    var all = known.values().stream().flatMap(List::stream).toList();
    var firsts = offsets(all, OffsetSpec.earliest());
    var ends = offsets(all, OffsetSpec.latest());
    var asked = new HashMap<String, ListShareGroupOffsetsSpec>();
    known.forEach(
        (lane, own) ->
            asked.put(
                Topic.shareGroup(lane), new ListShareGroupOffsetsSpec().topicPartitions(own)));
    var shared = admin.listShareGroupOffsets(asked);
    var standings = new HashMap<String, List<Standing>>();
    try {
      var first = await(firsts, deadline);
      var end = await(ends, deadline);
      for (var entry : known.entrySet()) {
        var group = shared.partitionsToOffsetInfo(Topic.shareGroup(entry.getKey()));
        var infos = infos(group, deadline);
        standings.put(
            entry.getKey(),
            entry.getValue().stream()
                .map(p -> standing(p, offset(first, p), offset(end, p), infos.get(p)))
                .toList());
      }
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    }
    return standings;
  }

  private static Standing standing(
      TopicPartition partition, long first, long end, @Nullable SharePartitionOffsetInfo info) {
    long start = info == null ? first : Math.max(first, info.startOffset());
    long span = Math.max(0, end - start);
    long lag = info == null ? span : info.lag().orElse(span);
    return new Standing(partition, start, end, Math.clamp(lag, 0, span));
  }

  private static long offset(
      Map<TopicPartition, ListOffsetsResultInfo> found, TopicPartition partition) {
    var info = found.get(partition);
    return info == null ? 0 : info.offset();
  }

  private KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> offsets(
      List<TopicPartition> all, OffsetSpec which) {
    return admin
        .listOffsets(
            all.stream().collect(Collectors.toMap(p -> p, p -> which)),
            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .all();
  }

  /** Its map holds null for a partition that has no offset. */
  private static Map<TopicPartition, SharePartitionOffsetInfo> infos(
      KafkaFuture<Map<TopicPartition, SharePartitionOffsetInfo>> group, long deadline)
      throws ExecutionException {
    try {
      return await(group, deadline);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return Map.of();
      }
      throw e;
    }
  }

  /** Tasks are in the first partition of each topic, whatever operators add. */
  private Map<String, List<TopicPartition>> known(Collection<String> lanes, long deadline) {
    try {
      var topics = await(admin.listTopics().names(), deadline);
      var known = new HashMap<String, List<TopicPartition>>();
      for (var lane : lanes) {
        known.put(
            lane,
            Topic.tasks(lane, topics).stream()
                .filter(topics::contains)
                .map(topic -> new TopicPartition(topic, 0))
                .toList());
      }
      return known;
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    }
  }

  private static <T> T await(KafkaFuture<T> future, long deadline) throws ExecutionException {
    try {
      return future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e); // sets the thread's flag again
    }
  }

  private static KafkaException failed(@Nullable Throwable why) {
    return new KafkaException("Could not read the offsets of the lanes: " + why, why);
  }
}
