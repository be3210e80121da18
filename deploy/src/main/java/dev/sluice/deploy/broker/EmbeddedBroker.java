package dev.sluice.deploy.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker, broker and KRaft controller in one, listening on the loopback interface
 * only.
 *
 * <p>It takes the same path as the {@code kafka-storage} and {@code kafka-server-start} scripts, so
 * what holds here holds on a cluster. Its data outlives it: start another one on the same directory
 * and every topic, offset and transaction is there, also after the process was killed.
 *
 * <p>Starting and stopping run on a thread of their own, because Kafka bounds neither: on a port
 * that is taken, its {@code startup()} may wait for ever.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);

  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration STOP_MAX = Duration.ofSeconds(30);

  private final DataDirectory directory;
  private final int port;
  private final KafkaRaftServer server;

  private EmbeddedBroker(DataDirectory directory, int port, KafkaRaftServer server) {
    this.directory = directory;
    this.port = port;
    this.server = server;
  }

  /**
   * Starts a broker on a free port, as {@link #start(Path, int)} does on a given one.
   *
   * @param dataDir where the broker keeps everything; made and formatted if need be
   * @throws BrokerStartException for the same reasons
   */
  public static EmbeddedBroker start(Path dataDir) {
    return start(dataDir, Ports.freeBut(0));
  }

  /**
   * Starts a broker and returns once it serves requests, within a minute at most; 2 to 5 seconds
   * are usual.
   *
   * @param dataDir where the broker keeps everything; made and formatted if need be
   * @param port the TCP port for clients, 1 to 65535
   * @throws BrokerStartException if the port is taken, another broker uses {@code dataDir}, the
   *     directory cannot be written or was written by a newer Kafka, or the minute is over
   */
  public static EmbeddedBroker start(Path dataDir, int port) {
    Ports.requireFree(port);
    DataDirectory directory = DataDirectory.open(dataDir);
    var broker = new EmbeddedBroker(directory, port, server(directory, port));
    broker.startUp();
    log.info("broker {} is up, its data in {}", broker.bootstrapServers(), directory.path());
    return broker;
  }

  /** What clients put into {@code bootstrap.servers}: host and port. */
  public String bootstrapServers() {
    return BrokerSettings.HOST + ":" + port;
  }

  /** The TCP port for clients; start the next broker on it to come back where clients look. */
  public int port() {
    return port;
  }

  /**
   * Stops the broker and frees its port and directory. Does nothing the second time.
   *
   * @throws IllegalStateException if it has not stopped within 30 seconds
   */
  @Override
  public void close() {
    try {
      await("sluice-broker-stop", server::shutdown, STOP_MAX);
      directory.close();
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "broker %s has not stopped within %d s; end the process, its data survives that"
              .formatted(bootstrapServers(), STOP_MAX.toSeconds()),
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("broker " + bootstrapServers() + " failed to stop", e);
    }
  }

  /** A server that has read its directory, but serves nothing yet. */
  private static KafkaRaftServer server(DataDirectory directory, int port) {
    try {
      var settings = BrokerSettings.of(directory.path(), port, Ports.freeBut(port));
      return new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
    } catch (BrokerStartException e) {
      directory.close();
      throw e;
    } catch (RuntimeException e) { // Kafka has many, from many packages
      directory.close();
      throw new BrokerStartException(
          "%s was not written by a broker like this one: %s. Give another directory, or the Kafka that wrote it."
              .formatted(directory.path(), e),
          e);
    }
  }

  private void startUp() {
    try {
      await("sluice-broker-start", server::startup, START_MAX);
    } catch (TimeoutException e) {
      abandon();
      throw new BrokerStartException(
          ("broker %s has not started within %d s: the machine is overloaded, or another program"
                  + " has just taken the port. Try again; SLUICE_KAFKA_LOG=info shows how far it"
                  + " comes.")
              .formatted(bootstrapServers(), START_MAX.toSeconds()),
          e);
    } catch (ExecutionException e) {
      abandon();
      throw new BrokerStartException(
          "broker %s with its data in %s does not start: %s. SLUICE_KAFKA_LOG=info shows how far it comes."
              .formatted(bootstrapServers(), directory.path(), e.getCause()),
          e);
    }
  }

  /** Frees what a failed start holds; the start's own error is the one worth reporting. */
  private void abandon() {
    try {
      close();
    } catch (IllegalStateException e) {
      log.warn("after a failed start: {}", e.getMessage());
    }
  }

  /** Runs on a daemon thread, so that an action that hangs cannot keep the process alive. */
  private static void await(String threadName, Runnable action, Duration timeMax)
      throws TimeoutException, ExecutionException {
    var task = new FutureTask<@Nullable Void>(action, null);
    Thread.ofPlatform().name(threadName).daemon().start(task);
    try {
      task.get(timeMax.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + threadName, e);
    }
  }
}
