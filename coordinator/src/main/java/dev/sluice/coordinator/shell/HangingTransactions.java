package dev.sluice.coordinator.shell;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends transactions that brokers have lost track of. A broker that was killed may come back with a
 * partition in which a transaction is open, while its transaction coordinator believes it to be
 * over: seen with Kafka 4.4 where a lone broker had ended in the middle of one. No time-out ends
 * such a transaction, and whoever reads committed records of that partition waits for ever; nor can
 * whoever began it, as it is fenced. Kafka's own {@code kafka-transactions.sh find-hanging} looks
 * for the same, for people who know that they have to.
 *
 * <p>Whatever the coordinator still knows to be open in a partition is left to it.
 */
final class HangingTransactions implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);

  private static final long PAUSE_MS = 2_000;

  /** Longer than a transaction of ours lasts, so that most of those that are alive end before. */
  static final long OPEN_NANOS = TimeUnit.SECONDS.toNanos(6);

  /** How often it is looked which topics there are. */
  private static final long TOPICS_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final int ADMIN_SECONDS_MAX = 10;
  private static final String OURS = "sluice.";

  /** So often in a row it is found that nobody knows a transaction, before it is ended. */
  private static final int VERDICTS = 3;

  /**
   * A partition in which committed records end before the others.
   *
   * @param verdicts how often in a row it was found that a transaction hangs there
   */
  private record Stuck(long offset, long sinceNanos, int verdicts) {
    Stuck found(boolean hangs) {
      return new Stuck(offset, sinceNanos, hangs ? verdicts + 1 : 0);
    }
  }

  private final Admin admin;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final Map<TopicPartition, Stuck> stuck = new HashMap<>();
  private Set<TopicPartition> partitions = Set.of();
  private long listedNanos;
  private boolean failing;

  /**
   * @param admin client of the cluster, kept open by the caller
   */
  HangingTransactions(Admin admin) {
    this.admin = admin;
    thread = Thread.ofPlatform().name("hanging-transactions").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closing.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
        try {
          look(System.nanoTime());
          failing = false;
        } catch (KafkaException | ExecutionException | TimeoutException e) {
          complain(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void complain(Exception e) {
    if (!failing && closing.getCount() > 0) {
      var why = e.getCause() == null ? e : e.getCause();
      if (why instanceof AuthorizationException) {
        LOG.warn(
            "A transaction hangs, and this coordinator may not end it; allow it ClusterAction on"
                + " the cluster, or use kafka-transactions.sh find-hanging and abort: {}",
            why.toString());
      } else {
        LOG.debug("Transactions that hang are not looked for, for now: {}", why.toString());
      }
    }
    failing = true;
  }

  /** Ends those that have been open for long and that nobody else will end. */
  void look(long nowNanos) throws InterruptedException, ExecutionException, TimeoutException {
    if (partitions.isEmpty() || nowNanos - listedNanos > TOPICS_NANOS) {
      partitions = partitions();
      listedNanos = nowNanos;
    }
    var ends = ends(IsolationLevel.READ_UNCOMMITTED);
    var committed = ends(IsolationLevel.READ_COMMITTED);
    stuck.keySet().retainAll(partitions);
    for (var partition : partitions) {
      long at = committed.getOrDefault(partition, 0L);
      var before = stuck.get(partition);
      if (at >= ends.getOrDefault(partition, 0L)) {
        stuck.remove(partition);
      } else if (before == null || before.offset() != at) {
        stuck.put(partition, new Stuck(at, nowNanos, 0));
      } else if (nowNanos - before.sinceNanos() > OPEN_NANOS) {
        var now = before.found(hangs(partition, at));
        stuck.put(partition, now);
        if (now.verdicts() >= VERDICTS) {
          end(partition, at);
        }
      }
    }
  }

  private Set<TopicPartition> partitions()
      throws InterruptedException, ExecutionException, TimeoutException {
    var ours =
        await(admin.listTopics().names()).stream().filter(name -> name.startsWith(OURS)).toList();
    return await(admin.describeTopics(ours).allTopicNames()).values().stream()
        .flatMap(
            topic ->
                IntStream.range(0, topic.partitions().size())
                    .mapToObj(p -> new TopicPartition(topic.name(), p)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Of partitions that are not there any more, or have no leader now, nothing is known. */
  private Map<TopicPartition, Long> ends(IsolationLevel isolation)
      throws InterruptedException, TimeoutException {
    var asked =
        admin.listOffsets(
            partitions.stream()
                .collect(Collectors.toMap(partition -> partition, p -> OffsetSpec.latest())),
            new ListOffsetsOptions(isolation));
    var ends = new HashMap<TopicPartition, Long>();
    for (var partition : partitions) {
      try {
        ends.put(partition, await(asked.partitionResult(partition)).offset());
      } catch (ExecutionException e) {
        LOG.debug("The end of {} is not known: {}", partition, e.toString());
      }
    }
    return ends;
  }

  private boolean hangs(TopicPartition partition, long offset)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (var producer : openAt(partition, offset)) {
      if (hangs(partition, producer)) {
        return true;
      }
    }
    return false;
  }

  private void end(TopicPartition partition, long offset)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (var producer : openAt(partition, offset)) {
      // What was about to end just now has ended by the second look, and a later one stands
      // elsewhere.
      if (hangs(partition, producer) && openAt(partition, offset).contains(producer)) {
        LOG.warn(
            "{} has a transaction of producer {} (epoch {}) open at offset {}, of which brokers"
                + " know nothing any more. It is aborted.",
            partition,
            producer.producerId(),
            producer.producerEpoch(),
            offset);
        await(
            admin
                .abortTransaction(
                    new AbortTransactionSpec(
                        partition,
                        producer.producerId(),
                        (short) producer.producerEpoch(),
                        producer.coordinatorEpoch().orElse(-1)))
                .all());
        stuck.remove(partition);
      }
    }
  }

  private List<ProducerState> openAt(TopicPartition partition, long offset)
      throws InterruptedException, ExecutionException, TimeoutException {
    return await(admin.describeProducers(List.of(partition)).partitionResult(partition))
        .activeProducers()
        .stream()
        .filter(p -> p.currentTransactionStartOffset().orElse(Long.MAX_VALUE) == offset)
        .toList();
  }

  /**
   * Whether its transaction coordinator says that it is over. Where none says anything of it, it
   * may be one that is away or has not read yet what it knows, so that is left as it is.
   */
  private boolean hangs(TopicPartition partition, ProducerState producer)
      throws InterruptedException, ExecutionException, TimeoutException {
    var options = new ListTransactionsOptions().filterProducerIds(Set.of(producer.producerId()));
    var names =
        await(admin.listTransactions(options).all()).stream()
            .map(TransactionListing::transactionalId)
            .toList();
    if (names.isEmpty()) {
      return false;
    }
    for (var transaction : await(admin.describeTransactions(names).all()).values()) {
      if (mayEnd(transaction, partition, producer)) {
        return false;
      }
    }
    return true;
  }

  /** A later transaction of the same producer, which has another epoch, does not end it. */
  private static boolean mayEnd(
      TransactionDescription transaction, TopicPartition partition, ProducerState producer) {
    return switch (transaction.state()) {
      case ONGOING, PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE ->
          transaction.topicPartitions().contains(partition)
              || transaction.producerEpoch() == producer.producerEpoch();
      case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> false;
      case UNKNOWN -> true;
    };
  }

  private static <T> T await(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
  }
}
