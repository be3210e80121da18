package dev.sluice.deploy.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.Exit;
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

  /** One that has given up has threads that never end, and nothing left to write. */
  private static final Duration STOP_FAILED_MAX = Duration.ofSeconds(3);

  /** With less than this no segment of a log fits. */
  private static final long FREE_MIB_MIN = 16;

  private final DataDirectory directory;
  private final int port;
  private final KafkaRaftServer server;
  private final Consumer<String> failed;
  private volatile boolean gaveUp;

  private EmbeddedBroker(
      DataDirectory directory, int port, KafkaRaftServer server, Consumer<String> failed) {
    this.directory = directory;
    this.port = port;
    this.server = server;
    this.failed = failed;
  }

  /**
   * Starts a broker on a free port, as {@link #start(Path, int)} does on a given one.
   *
   * @param dataDir where the broker keeps everything; made and formatted if need be
   * @throws BrokerStartException for the same reasons
   */
  public static EmbeddedBroker start(Path dataDir) {
    return start(dataDir, 0);
  }

  /** Starts a broker as {@link #start(Path, int, Consumer)} does; its giving up is logged. */
  public static EmbeddedBroker start(Path dataDir, int port) {
    return start(dataDir, port, log::error);
  }

  /**
   * Starts a broker and returns once it serves requests, within a minute at most; 2 to 5 seconds
   * are usual.
   *
   * @param dataDir where the broker keeps everything; made and formatted if need be
   * @param wanted the TCP port for clients, 1 to 65535; 0 takes a free one
   * @param failed is told why, in words for people, where the broker gives up later, as it does
   *     when its disk is full; the process is of no use then and should end
   * @throws BrokerStartException if the port is taken, another broker uses {@code dataDir}, the
   *     directory cannot be written or was written by a newer Kafka, or the minute is over
   */
  public static EmbeddedBroker start(Path dataDir, int wanted, Consumer<String> failed) {
    return start(dataDir, wanted, failed, Map.of());
  }

  /** The same with some settings otherwise than Sluice wants them. */
  static EmbeddedBroker start(
      Path dataDir, int wanted, Consumer<String> failed, Map<String, String> otherwise) {
    Ports.requirePort(wanted);
    int port = wanted == 0 ? Ports.freeBut(0) : wanted;
    Ports.requireFree(port);
    DataDirectory directory = DataDirectory.open(dataDir);
    var broker = new EmbeddedBroker(directory, port, server(directory, port, otherwise), failed);
    Exit.setHaltProcedure((status, message) -> broker.giveUp());
    Exit.setExitProcedure((status, message) -> broker.giveUp());
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
   * Kafka ends the process here. This one has workers to end, data to remove and a word to say
   * first, so the thread that called is held instead: it must not go on.
   */
  private void giveUp() {
    if (!gaveUp) {
      gaveUp = true;
      failed.accept(whyItGaveUp());
    }
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops the broker and frees its port and directory. Does nothing the second time.
   *
   * @throws IllegalStateException if it has not stopped within 30 seconds
   */
  @Override
  public void close() {
    if (gaveUp) {
      closeFailed();
      return;
    }
    try {
      await("sluice-broker-stop", server::shutdown, STOP_MAX);
      directory.close();
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "broker %s has not stopped within %d s; end the process, its data survives that",
              bootstrapServers(),
              STOP_MAX.toSeconds()),
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("broker " + bootstrapServers() + " failed to stop", e);
    }
  }

  private String whyItGaveUp() {
    long freeMiB = directory.path().toFile().getUsableSpace() >> 20;
    return freeMiB < FREE_MIB_MIN
        ? "The disk is full: Kafka can't write to %s any more and has given up. Free some space, or name a directory on another disk, and start again."
            .formatted(directory.path())
        : "Kafka has given up on its data in %s; its own words are above. Start again; if it gives up again, start in another directory."
            .formatted(directory.path());
  }

  private void closeFailed() {
    try {
      await("sluice-broker-stop", server::shutdown, STOP_FAILED_MAX);
    } catch (TimeoutException | ExecutionException e) {
      log.debug("a broker that gave up did not stop: {}", e.toString());
    }
    directory.close();
  }

  /** A server that has read its directory, but serves nothing yet. */
  private static KafkaRaftServer server(
      DataDirectory directory, int port, Map<String, String> otherwise) {
    try {
      var settings = BrokerSettings.of(directory.logDir(), port, Ports.freeBut(port));
      settings.putAll(otherwise);
      return new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
    } catch (BrokerStartException e) {
      directory.close();
      throw e;
    } catch (RuntimeException e) { // Kafka has many, from many packages
      directory.close();
      throw new BrokerStartException(
          "%s was not written by a broker like this one: %s. Give another directory, or the Kafka that wrote it."
              .formatted(directory.path(), e.getMessage()),
          e);
    }
  }

  private void startUp() {
    try {
      await("sluice-broker-start", server::startup, START_MAX);
    } catch (TimeoutException e) {
      abandon();
      throw new BrokerStartException(
          String.format(
              Locale.ROOT,
              "broker %s has not started within %d s: the machine is overloaded, or another program"
                  + " has just taken the port. Try again; SLUICE_KAFKA_LOG=info shows how far it"
                  + " comes.",
              bootstrapServers(),
              START_MAX.toSeconds()),
          e);
    } catch (ExecutionException e) {
      abandon();
      throw new BrokerStartException(
          "broker %s with its data in %s does not start: %s. SLUICE_KAFKA_LOG=info shows how far it comes."
              .formatted(bootstrapServers(), directory.path(), reason(e)),
          e);
    }
  }

  private static String reason(ExecutionException failed) {
    var cause = failed.getCause();
    return String.valueOf(cause == null ? failed.getMessage() : cause.getMessage());
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
