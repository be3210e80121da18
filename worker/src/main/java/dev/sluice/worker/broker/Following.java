package dev.sluice.worker.broker;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;

/**
 * Follows partitions, in a thread of its own, until it is closed. While the brokers are away it
 * goes on trying, and says so now and then.
 */
public final class Following implements AutoCloseable {

  private static final long RETRY_MS = 500;
  private static final long CLOSE_MS_MAX = 5_000;

  private final Logger log;
  private final List<TopicPartition> partitions;
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Outage outage;
  private final Thread thread;
  private volatile boolean closing;

  /** What is done with them, by that thread. */
  public interface Reader {

    /**
     * Chooses where to begin, at first and where the place it was at is gone: seeks, and asks the
     * brokers for nothing.
     */
    void begin(KafkaConsumer<String, ByteBuffer> consumer, List<TopicPartition> partitions);

    /** Takes over what there is, again and again. */
    void take(KafkaConsumer<String, ByteBuffer> consumer, List<TopicPartition> partitions);
  }

  /**
   * Does not begin yet.
   *
   * @param partitions what it follows
   * @param settings of the consumer
   * @param name of the thread
   * @param what what can't be done while the brokers are away, such as "follow controls"
   * @param log where that is said
   * @param reader reads them
   * @param onDefect told where the thread fails
   */
  public Following(
      List<TopicPartition> partitions,
      Map<String, Object> settings,
      String name,
      String what,
      Logger log,
      Reader reader,
      Thread.UncaughtExceptionHandler onDefect) {
    this.log = log;
    this.partitions = List.copyOf(partitions);
    consumer = new KafkaConsumer<>(settings);
    outage = new Outage(log, what);
    thread =
        Thread.ofPlatform()
            .name(name)
            .daemon()
            .uncaughtExceptionHandler(onDefect)
            .unstarted(() -> run(reader));
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** Whether it is to end. */
  public boolean closing() {
    return closing;
  }

  private void run(Reader reader) {
    consumer.assign(partitions);
    reader.begin(consumer, partitions);
    while (!closing) {
      try {
        reader.take(consumer, partitions);
      } catch (WakeupException e) {
        log.trace("Woken to close.");
      } catch (InvalidOffsetException e) {
        // The log is shorter than it was: a broker has lost what nobody else had.
        outage.says(e);
        reader.begin(consumer, partitions);
      } catch (KafkaException e) {
        outage.says(e);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MS));
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
