package dev.sluice.benchmark.section;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Submitted;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Submits jobs as any client of Kafka may: by a record of {@code sluice.jobs}. */
final class RawJobs implements AutoCloseable {
  private static final int LINGER_MS = 2;
  private static final int BATCH_BYTES = 256 * 1024;

  private final Codec codec = Codec.builtIn();
  private final KafkaProducer<String, byte[]> sender;
  private final JobSpec spec;
  private final AtomicReference<@Nullable Exception> failed = new AtomicReference<>();

  RawJobs(KafkaSettings kafka, String document) {
    var settings = kafka.controlProducer();
    settings.put("linger.ms", LINGER_MS);
    settings.put("batch.size", BATCH_BYTES);
    sender = new KafkaProducer<>(settings);
    spec = BenchJobs.spec(document);
  }

  /** Writes one, and does not wait until it is stored; returns its id. */
  String submit() throws IOException {
    var why = failed.get();
    if (why != null) {
      throw new IOException("a job can't be written: " + why.getMessage(), why);
    }
    var jobId = JobIds.random();
    var _ =
        sender.send(
            new ProducerRecord<>(Topic.JOBS.topicName(), jobId, record(jobId)),
            (stored, failure) -> {
              if (failure != null) {
                failed.set(failure);
              }
            });
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
