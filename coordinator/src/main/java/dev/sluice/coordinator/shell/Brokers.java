package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.Unavailable;
import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls to the brokers on behalf of a partition's runtime. */
final class Brokers {

  private static final Logger LOG = LoggerFactory.getLogger(Brokers.class);

  private Brokers() {}

  /** A call to the brokers. */
  interface Call<V> {
    V make();
  }

  /**
   * Makes a call.
   *
   * @throws Unavailable where the client of the brokers fails
   */
  static <V> V ask(Call<V> call) {
    try {
      return call.make();
    } catch (KafkaException e) {
      throw new Unavailable(e);
    }
  }

  /** The same for a call that answers nothing. */
  static void tell(Runnable call) {
    ask(
        () -> {
          call.run();
          return true;
        });
  }

  /** Closes a producer; one whose thread was told to hurry is closed all the same. */
  static void close(Producer<?, ?> producer, Duration longest) {
    boolean hurried = Thread.interrupted();
    try {
      producer.close(longest);
    } catch (KafkaException e) {
      LOG.debug("A producer was not closed in good order: {}", e.getMessage());
    } finally {
      if (hurried) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
