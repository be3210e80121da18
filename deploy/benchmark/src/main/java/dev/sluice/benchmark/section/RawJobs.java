package dev.sluice.benchmark.section;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Submitted;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Submits jobs as any client of Kafka may: by a record of {@code sluice.jobs}. */
final class RawJobs implements AutoCloseable {
  private static final int ANSWER_S_MAX = 30;

  private final Codec codec = Codec.builtIn();
  private final KafkaProducer<String, byte[]> sender;
  private final JobSpec spec;

  RawJobs(KafkaSettings kafka, String document) {
    sender = new KafkaProducer<>(kafka.controlProducer());
    spec = BenchJobs.spec(document);
  }

  /** Writes one, and waits until it is stored; returns its id. */
  String submit() throws IOException, InterruptedException {
    var jobId = JobIds.random();
    try {
      sender
          .send(new ProducerRecord<>(Topic.JOBS.topicName(), jobId, record(jobId)))
          .get(ANSWER_S_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("a job can't be written: " + e.getMessage(), e);
    }
    return jobId;
  }

  /** Bytes of such a record. */
  int bytes() {
    return record(JobIds.random()).length;
  }

  private byte[] record(String jobId) {
    return codec.encode(new JobRecord("bench", new Submitted(jobId, "", spec)));
  }

  @Override
  public void close() {
    sender.close();
  }
}
