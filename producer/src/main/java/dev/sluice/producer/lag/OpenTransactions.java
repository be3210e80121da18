package dev.sluice.producer.lag;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions that have been open for a while: who reads committed records waits for them, up to
 * what the broker lets a transaction last. For one thread.
 */
final class OpenTransactions {

  private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

  /** Longer than a transaction of the ledger may last. */
  private static final long OPEN_NANOS = TimeUnit.SECONDS.toNanos(6);

  private static final long ADMIN_SECONDS_MAX = 5;

  private record Stuck(long offset, long sinceNanos, String words) {}

  private final Admin admin;
  private final Map<TopicPartition, Stuck> stuck = new HashMap<>();

  OpenTransactions(Admin admin) {
    this.admin = admin;
  }

  /**
   * Notes where partitions stand.
   *
   * @param committed ends of committed records
   * @param ends ends of all records
   */
  void look(Map<TopicPartition, Long> committed, Map<TopicPartition, Long> ends, long nowNanos) {
    stuck.keySet().retainAll(committed.keySet());
    committed.forEach(
        (partition, end) -> {
          if (ends.getOrDefault(partition, end) <= end) {
            stuck.remove(partition);
            return;
          }
          var before = stuck.get(partition);
          if (before == null || before.offset() != end) {
            stuck.put(partition, new Stuck(end, nowNanos, ""));
          } else if (before.words().isEmpty() && nowNanos - before.sinceNanos() > OPEN_NANOS) {
            stuck.put(partition, new Stuck(end, before.sinceNanos(), words(partition, end)));
          }
        });
  }

  List<Standstill> standstills() {
    var all = new ArrayList<Standstill>();
    stuck.forEach(
        (partition, what) -> {
          if (!what.words().isEmpty()) {
            all.add(new Standstill(partition.topic(), partition.partition(), what.words()));
          }
        });
    return all;
  }

  private String words(TopicPartition partition, long offset) {
    return "waits at offset "
        + offset
        + " for a transaction that is open"
        + whose(partition, offset)
        + ". What stands behind it is read when it ends; the broker ends it after its"
        + " transaction.timeout.ms";
  }

  private String whose(TopicPartition partition, long offset) {
    try {
      var producers =
          await(admin.describeProducers(List.of(partition)).partitionResult(partition))
              .activeProducers();
      for (var producer : producers) {
        if (producer.currentTransactionStartOffset().orElse(Long.MAX_VALUE) == offset) {
          return " (" + named(producer) + ")";
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Whose transaction {} waits for is not known: {}", partition, e.toString());
    }
    return "";
  }

  private String named(ProducerState producer) throws ExecutionException, TimeoutException {
    var options = new ListTransactionsOptions().filterProducerIds(Set.of(producer.producerId()));
    var names = new ArrayList<String>();
    for (var listing : await(admin.listTransactions(options).all())) {
      names.add("transactional id '" + listing.transactionalId() + "'");
    }
    names.add("producer " + producer.producerId());
    return String.join(", ", names);
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
