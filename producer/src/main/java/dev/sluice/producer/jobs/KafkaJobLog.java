package dev.sluice.producer.jobs;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** The topic itself. Safe for use by several threads. */
public final class KafkaJobLog implements JobLog {

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final KafkaProducer<String, byte[]> producer;
  private final Codec codec;
  private final String origin;
  private final Duration confirmationMax;

  /**
   * @param kafka the cluster
   * @param codec writes records
   * @param origin name of this process, for the records
   * @param confirmationMax longest wait for the brokers
   */
  public KafkaJobLog(KafkaSettings kafka, Codec codec, String origin, Duration confirmationMax) {
    var settings = kafka.controlProducer();
    // A record that is given up on must not get in minutes after its sender was told so.
    settings.put("delivery.timeout.ms", (int) confirmationMax.toMillis());
    settings.put("request.timeout.ms", (int) Math.max(1_000, confirmationMax.toMillis() / 2));
    settings.put("max.block.ms", confirmationMax.toMillis());
    this.producer = new KafkaProducer<>(settings);
    this.codec = codec;
    this.origin = origin;
    this.confirmationMax = confirmationMax;
  }

  @Override
  public void append(String key, JobEvent event) throws LogUnavailable {
    var value = codec.encode(new JobRecord(origin, event));
    try {
      producer
          .send(new ProducerRecord<>(Topic.JOBS.topicName(), key, value))
          .get(2 * confirmationMax.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new LogUnavailable(String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      throw new LogUnavailable("no confirmation within " + 2 * confirmationMax.toMillis() + " ms");
    } catch (KafkaException e) {
      throw new LogUnavailable(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailable("interrupted");
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE_MAX);
  }
}
