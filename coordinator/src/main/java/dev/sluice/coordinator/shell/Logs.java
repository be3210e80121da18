package dev.sluice.coordinator.shell;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Where partitions begin and end. Each method throws {@link KafkaException} where brokers don't
 * say.
 */
interface Logs {

  /**
   * What a partition's log holds.
   *
   * @param beginning first offset that it still holds
   * @param end its end, as far as records are committed
   */
  record Bounds(long beginning, long end) {}

  /** What a partition's log holds for whoever reads committed records. */
  Bounds bounds(TopicPartition log);

  /**
   * Where a partition's log ends, with what stands in transactions that are open. Where one owner
   * alone writes in transactions, and has fenced the one before, such a transaction is another
   * program's, and committed records of ours may stand behind its first.
   */
  long written(TopicPartition log);

  /** Asks the brokers. */
  static Logs of(Admin admin) {
    return new OfBrokers(admin);
  }

  /** The brokers' own. */
  record OfBrokers(Admin admin) implements Logs {

    private static final long ASK_SECONDS_MAX = 30;

    @Override
    public Bounds bounds(TopicPartition log) {
      return new Bounds(
          offset(log, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED),
          offset(log, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED));
    }

    @Override
    public long written(TopicPartition log) {
      return offset(log, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    }

    private long offset(TopicPartition log, OffsetSpec spec, IsolationLevel isolation) {
      try {
        return admin
            .listOffsets(Map.of(log, spec), new ListOffsetsOptions(isolation))
            .partitionResult(log)
            .get(ASK_SECONDS_MAX, TimeUnit.SECONDS)
            .offset();
      } catch (ExecutionException | TimeoutException e) {
        throw new KafkaException("The bounds of " + log + " are not known: " + e.getMessage(), e);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }
}
