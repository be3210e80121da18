package dev.sluice.worker.fleet;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.broker.Outage;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says regularly that this worker is there and what it does, from a thread of its own. When it is
 * closed it says that the worker leaves, and then removes its record.
 */
public final class Heartbeat implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  /**
   * What does not change while a worker runs.
   *
   * @param who worker id, and which life of it
   * @param lane lane it serves
   * @param accelerator accelerator model as in the catalogue
   * @param modelled whether its figures are modelled
   * @param engine engine fingerprint
   * @param host host name
   * @param pid process id
   * @param startedMs when it started, in milliseconds since the epoch
   * @param startedNanos the same on the clock of {@link System#nanoTime}
   */
  public record Identity(
      WorkerLife who,
      String lane,
      String accelerator,
      boolean modelled,
      String engine,
      String host,
      long pid,
      long startedMs,
      long startedNanos) {}

  private final Identity identity;
  private final Codec codec;
  private final Supplier<Activity> activity;
  private final long everyMs;
  private final KafkaProducer<String, byte[]> producer;
  private final Outage outage = new Outage(LOG, "send heartbeats");
  private final Thread thread;
  private volatile boolean leaving;
  private volatile boolean closing;
  private volatile boolean taken;
  private long lastSamples;
  private long lastNanos = System.nanoTime();

  /**
   * @param kafka cluster
   * @param codec encodes heartbeats
   * @param identity who says it
   * @param everyMs time between two heartbeats, in milliseconds
   * @param activity what it does now
   * @param onDefect told where its thread fails
   */
  public Heartbeat(
      KafkaSettings kafka,
      Codec codec,
      Identity identity,
      long everyMs,
      Supplier<Activity> activity,
      Thread.UncaughtExceptionHandler onDefect) {
    this.identity = identity;
    this.codec = codec;
    this.activity = activity;
    this.everyMs = everyMs;
    this.producer = new KafkaProducer<>(kafka.heartbeatProducer());
    this.thread =
        Thread.ofPlatform()
            .name("heartbeat")
            .uncaughtExceptionHandler(onDefect)
            .daemon()
            .start(this::run);
  }

  /** Another process has this worker's id: what that one says is not to be removed. */
  public void taken() {
    taken = true;
  }

  /** Says once that a process was here and has left again, as another has its worker id. */
  public static void turnedAway(KafkaSettings kafka, Codec codec, Identity identity) {
    try (var producer = new KafkaProducer<String, byte[]>(kafka.heartbeatProducer())) {
      var heartbeat = heartbeat(identity, Activity.NONE, 0, true);
      var _ =
          producer.send(
              new ProducerRecord<>(
                  Topic.FLEET.topicName(), identity.who().worker(), codec.encode(heartbeat)));
      producer.close(CLOSE_MAX);
    } catch (KafkaException e) {
      LOG.debug("The other process was not told: {}", e.getMessage());
    }
  }

  /** From now on says that the worker is about to leave. */
  public void leaving() {
    leaving = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closing) {
      send(codec.encode(now()));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(everyMs));
    }
  }

  private WorkerHeartbeat now() {
    var does = activity.get();
    long nanos = System.nanoTime();
    double seconds = (nanos - lastNanos) / 1e9;
    double rate = seconds > 0 ? (does.samples() - lastSamples) / seconds : 0;
    lastNanos = nanos;
    lastSamples = does.samples();
    return heartbeat(identity, does, rate, leaving);
  }

  private static WorkerHeartbeat heartbeat(
      Identity identity, Activity does, double rate, boolean leaving) {
    return new WorkerHeartbeat(
        identity.who().worker(),
        identity.lane(),
        identity.accelerator(),
        identity.modelled(),
        identity.engine(),
        identity.host(),
        identity.pid(),
        does.running(),
        does.jobs(),
        does.finished(),
        rate,
        identity.startedMs(),
        leaving,
        does.taskSeconds(),
        identity.who().life(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - identity.startedNanos()));
  }

  private void send(byte @Nullable [] value) {
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(Topic.FLEET.topicName(), identity.who().worker(), value),
              (metadata, exception) -> {
                if (exception != null) {
                  outage.says(exception);
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      outage.says(e);
    }
  }

  @Override
  public void close() {
    leaving = true;
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    send(codec.encode(now()));
    if (!taken) {
      send(null);
    }
    producer.close(CLOSE_MAX);
  }
}
