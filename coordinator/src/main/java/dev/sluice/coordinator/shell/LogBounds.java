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
 * What a partition's log holds.
 *
 * @param beginning first offset that it still holds
 * @param end its end, as far as records are committed
 */
record LogBounds(long beginning, long end) {

  private static final long ASK_SECONDS_MAX = 30;
  private static final ListOffsetsOptions COMMITTED =
      new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);

  /**
   * Asks the brokers.
   *
   * @throws KafkaException where they don't say
   */
  static LogBounds now(Admin admin, TopicPartition log) {
    return new LogBounds(
        offset(admin, log, OffsetSpec.earliest()), offset(admin, log, OffsetSpec.latest()));
  }

  private static long offset(Admin admin, TopicPartition log, OffsetSpec spec) {
    try {
      return admin
          .listOffsets(Map.of(log, spec), COMMITTED)
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
