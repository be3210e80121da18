package dev.sluice.worker.broker;

import java.util.List;
import java.util.Optional;

/**
 * The threads in which Kafka's producers send. An error, such as one of memory, ends such a thread
 * with a line in the log and nothing else: its producer goes on taking records and sends none, and
 * a worker would wait for ever for its reports to be stored.
 */
public final class SenderThreads {

  private static final String NAME = "kafka-producer-network-thread";

  private final List<Thread> threads;

  private SenderThreads(List<Thread> threads) {
    this.threads = threads;
  }

  /** Those of the producers that this process has now. */
  public static SenderThreads ofThisProcess() {
    return new SenderThreads(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith(NAME))
            .toList());
  }

  /** One that has ended. */
  public Optional<Thread> ended() {
    return threads.stream().filter(thread -> !thread.isAlive()).findFirst();
  }
}
