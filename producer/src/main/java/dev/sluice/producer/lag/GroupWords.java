package dev.sluice.producer.lag;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What coordinators say beside their offsets about partitions that stand still. They count the
 * seconds that are left, so what no longer changes was said by one that is gone. For one thread.
 */
final class GroupWords {

  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Said(String words, long atNanos) {}

  private final Map<TopicPartition, Said> said = new HashMap<>();

  /** Takes over what is said now. */
  void hear(Map<TopicPartition, OffsetAndMetadata> committed, long nowNanos) {
    committed.forEach(
        (partition, offset) -> {
          var words = offset.metadata();
          if (words == null || words.isEmpty()) {
            said.remove(partition);
          } else {
            said.merge(
                partition,
                new Said(words, nowNanos),
                (before, now) -> before.words().equals(words) ? before : now);
          }
        });
  }

  /** What is believed. */
  List<Standstill> standstills(long nowNanos) {
    var all = new ArrayList<Standstill>();
    said.forEach(
        (partition, what) -> {
          if (nowNanos - what.atNanos() <= FRESH_NANOS) {
            all.add(new Standstill(partition.topic(), partition.partition(), what.words()));
          }
        });
    return all;
  }
}
