package dev.sluice.worker.tasks;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes answers to {@code sluice.results}. For one thread. */
public final class ResultLog implements AnswerSink {

  /** Of a record; most are no larger than the largest so far. */
  private static final int BYTES_USUAL = 1 << 16;

  private final Codec codec;
  private final int partitions;
  private final Producer<String, byte[]> producer;
  private int bytesExpected = BYTES_USUAL;

  /**
   * @param producer writes them; closed by the caller
   * @param codec encodes answers
   * @param partitions partitions of the topic
   */
  public ResultLog(Producer<String, byte[]> producer, Codec codec, int partitions) {
    this.producer = producer;
    this.codec = codec;
    this.partitions = partitions;
  }

  private final class Attempt implements Writing {
    private final String jobId;
    private final int partition;
    private final MessageDigest digest = Digests.sha256();
    private final List<CompletableFuture<Long>> offsets = new ArrayList<>();

    Attempt(String jobId) {
      this.jobId = jobId;
      this.partition = Topic.partition(jobId, partitions);
    }

    @Override
    public void add(ResultBatch batch) {
      var value = codec.encode(batch, bytesExpected);
      bytesExpected = Math.max(bytesExpected, value.length + value.length / 8);
      digest.update(value);
      var offset = new CompletableFuture<Long>();
      offsets.add(offset);
      var _ =
          producer.send(
              new ProducerRecord<>(Topic.RESULTS.topicName(), partition, jobId, value),
              (metadata, failure) -> {
                if (failure == null) {
                  offset.complete(metadata.offset());
                } else {
                  offset.completeExceptionally(notStored(failure.toString()));
                }
              });
    }

    /** Within the time in which producers deliver, or not at all. */
    @Override
    public CompletableFuture<ResultRange> finish(long rowFrom, long rowTo, String attempt) {
      return CompletableFuture.allOf(offsets.toArray(CompletableFuture<?>[]::new))
          .thenApply(
              stored -> {
                long first = Long.MAX_VALUE;
                long last = -1;
                for (var offset : offsets) {
                  first = Math.min(first, offset.join());
                  last = Math.max(last, offset.join());
                }
                return new ResultRange(
                    partition, first, last, rowFrom, rowTo, Digests.text(digest), attempt);
              });
    }
  }

  @Override
  public Writing write(String jobId) {
    return new Attempt(jobId);
  }

  private static TaskProblem notStored(String why) {
    return new TaskProblem(
        new Cause(
            Code.BROKERS_UNAVAILABLE,
            Topic.RESULTS.topicName(),
            "Answers could not be stored.",
            why,
            "Check the brokers; the task is tried again."),
        true);
  }
}
