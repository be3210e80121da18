package dev.sluice.worker.tasks;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Writes answers to {@code sluice.results}. For one thread. */
public final class ResultLog implements Results, AutoCloseable {

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final long ACKNOWLEDGED_SECONDS_MAX = 60;

  private final Codec codec;
  private final int partitions;
  private final KafkaProducer<String, byte[]> producer;

  /**
   * @param kafka cluster
   * @param codec encodes answers
   * @param partitions partitions of the topic
   */
  public ResultLog(KafkaSettings kafka, Codec codec, int partitions) {
    this.codec = codec;
    this.partitions = partitions;
    this.producer = new KafkaProducer<>(kafka.controlProducer());
  }

  private final class Attempt implements Writing {
    private final String jobId;
    private final int partition;
    private final MessageDigest digest = Digests.sha256();
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();

    Attempt(String jobId) {
      this.jobId = jobId;
      this.partition = Topic.partition(jobId, partitions);
    }

    @Override
    public void add(ResultBatch batch) {
      var value = codec.encode(batch);
      digest.update(value);
      sent.add(
          producer.send(new ProducerRecord<>(Topic.RESULTS.topicName(), partition, jobId, value)));
    }

    @Override
    public ResultRange finish(long rowFrom, long rowTo, String attempt) throws TaskProblem {
      long first = Long.MAX_VALUE;
      long last = -1;
      for (var one : sent) {
        long offset = offset(one);
        first = Math.min(first, offset);
        last = Math.max(last, offset);
      }
      return new ResultRange(partition, first, last, rowFrom, rowTo, Digests.text(digest), attempt);
    }
  }

  @Override
  public Writing write(String jobId) {
    return new Attempt(jobId);
  }

  private static long offset(Future<RecordMetadata> sent) throws TaskProblem {
    try {
      return sent.get(ACKNOWLEDGED_SECONDS_MAX, TimeUnit.SECONDS).offset();
    } catch (ExecutionException e) {
      throw notStored(String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      throw notStored("The brokers did not answer within " + ACKNOWLEDGED_SECONDS_MAX + " s.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while answers were being stored", e);
    }
  }

  private static TaskProblem notStored(String why) {
    return new TaskProblem(
        new Cause(
            Fault.NO_CAPACITY,
            Topic.RESULTS.topicName(),
            "Answers could not be stored.",
            why,
            "Check the brokers; the task is tried again."),
        true);
  }

  @Override
  public void close() {
    producer.close(CLOSE_MAX);
  }
}
