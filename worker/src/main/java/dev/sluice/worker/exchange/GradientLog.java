package dev.sluice.worker.exchange;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.training.BlockSums;
import dev.sluice.worker.training.JobParameters;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes to {@code sluice.gradients}. Safe for use by several threads. */
public final class GradientLog {

  private final Codec codec;
  private final int partitions;
  private final String worker;
  private final String engine;
  private final Producer<String, byte[]> producer;

  /**
   * @param producer writes blocks; closed by the caller
   * @param codec encodes records
   * @param partitions partitions of the topic
   * @param worker worker id
   * @param engine engine fingerprint of every contribution
   */
  public GradientLog(
      Producer<String, byte[]> producer,
      Codec codec,
      int partitions,
      String worker,
      String engine) {
    this.producer = producer;
    this.codec = codec;
    this.partitions = partitions;
    this.worker = worker;
    this.engine = engine;
  }

  /**
   * Sends a vector, one record per block, without waiting for the brokers.
   *
   * @param sum the vector, and what is said about it
   * @param sums how it is cut and written
   * @param unstored keeps count of what is on its way
   * @param sent told of each block once it is sent
   */
  public void contribute(
      String jobId, GroupSum sum, BlockSums sums, Unstored unstored, Consumer<Contribution> sent) {
    for (int block = 0; block < sums.blocks().count(); block++) {
      var contribution = sum.block(block, engine, sums);
      unstored.sent();
      send(Topic.blockKey(jobId, block), jobId, contribution, unstored::stored);
      sent.accept(contribution);
    }
  }

  /**
   * Asks the fold for what is current of a job's blocks, once per partition that holds any.
   *
   * @param folds whether this worker goes on to fold by itself, so that it needs the fold's state
   * @param failed told where that could not be stored
   */
  public void attach(JobParameters job, boolean folds, Consumer<Exception> failed) {
    var jobId = job.jobId();
    for (int block : job.blocks().inEachPartition(jobId, partitions)) {
      send(
          Topic.blockKey(jobId, block),
          jobId,
          new Attached(worker, folds),
          failure -> {
            if (failure != null) {
              failed.accept(failure);
            }
          });
    }
  }

  private void send(
      String key, String jobId, GradientEntry entry, Consumer<@Nullable Exception> done) {
    var value = codec.encode(new GradientRecord(jobId, entry));
    var partition = Topic.partition(key, partitions);
    var _ =
        producer.send(
            new ProducerRecord<>(Topic.GRADIENTS.topicName(), partition, key, value),
            (metadata, failure) -> done.accept(failure));
  }

  /** Waits until the brokers have everything that was sent before, or it has failed. */
  public void flush() {
    producer.flush();
  }
}
