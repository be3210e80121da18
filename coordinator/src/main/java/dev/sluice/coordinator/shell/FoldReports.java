package dev.sluice.coordinator.shell;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the fold says to the ledger and to people. A checkpoint must not go beyond what was said and
 * not stored: nobody would say it again.
 */
final class FoldReports implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FoldReports.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final KafkaProducer<String, byte[]> producer;
  private final Set<Integer> unstored = ConcurrentHashMap.newKeySet();

  FoldReports(KafkaProducer<String, byte[]> producer) {
    this.producer = producer;
  }

  /**
   * Sends a record.
   *
   * @param partition of the gradient log, which it follows from
   */
  void send(int partition, ProducerRecord<String, byte[]> record) {
    var _ =
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null) {
                unstored.add(partition);
                LOG.warn(
                    "A record for {} was not written: {}", record.topic(), failure.getMessage());
              }
            });
  }

  /**
   * Waits until all that was said is stored.
   *
   * @throws KafkaException where something of this partition could not be: it has to be folded
   *     again from the last checkpoint
   */
  void settle(int partition) {
    producer.flush();
    if (unstored.remove(partition)) {
      throw new KafkaException("reports of fold partition " + partition + " were not stored");
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE_MAX);
  }
}
