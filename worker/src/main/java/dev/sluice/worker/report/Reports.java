package dev.sluice.worker.report;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.compute.TaskEvents;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * What a worker tells the ledger. Every method returns at once; the callback is told whether all
 * in-sync brokers have the record. Safe for use by several threads.
 */
public final class Reports {

  /** Told how sending ended: null where the brokers have the record. */
  public interface Sent extends Consumer<@Nullable Exception> {}

  private final Codec codec;
  private final WorkerLife worker;
  private final TaskEvents tasks;
  private final Producer<String, byte[]> producer;

  /**
   * @param producer writes records; closed by the caller
   * @param codec encodes records
   * @param worker worker id, and which life of it
   * @param engine engine fingerprint
   */
  public Reports(Producer<String, byte[]> producer, Codec codec, WorkerLife worker, String engine) {
    this.producer = producer;
    this.codec = codec;
    this.worker = worker;
    this.tasks = new TaskEvents(this::tellOfTask, worker, engine);
  }

  /** What is told of tasks. */
  public TaskEvents tasks() {
    return tasks;
  }

  /**
   * A report that no broker takes is replaced by one that says so: the task would end like that
   * every time.
   */
  private void tellOfTask(String jobId, JobEvent event, Consumer<@Nullable Exception> sent) {
    tell(
        jobId,
        event,
        failure -> {
          if (failure instanceof RecordTooLargeException large
              && event instanceof TaskReported report) {
            tell(jobId, tooLarge(report, large), sent::accept);
          } else {
            sent.accept(failure);
          }
        });
  }

  private static TaskReported tooLarge(TaskReported report, RecordTooLargeException failure) {
    var outcome =
        new TaskFailed(
            new Cause(
                Code.RECORD_TOO_LARGE,
                report.taskId(),
                "What was found out about the job is too large for one record.",
                String.valueOf(failure.getMessage()),
                "Use fewer layers, feature columns or classes, or shorter names; see that"
                    + " message.max.bytes of the brokers is at least "
                    + Codec.RECORD_BYTES_MAX
                    + "."),
            false);
    return new TaskReported(
        report.jobId(),
        report.taskId(),
        report.attempt(),
        report.worker(),
        report.engine(),
        outcome,
        report.life());
  }

  /** Declares the lane that this worker serves, and leaves its bounds to whoever operates it. */
  public void lane(String lane, String accelerator, Sent sent) {
    tell(lane, new LaneDeclared(Lane.withBoundsAsTheyAre(lane, accelerator)), sent);
  }

  /** Puts away what cannot be processed. */
  public void deadLetter(DeadLetter letter, Sent sent) {
    send(DeadLetters.record(letter, codec), sent);
  }

  private void tell(String key, JobEvent event, Sent sent) {
    send(
        new ProducerRecord<>(
            Topic.JOBS.topicName(), key, codec.encode(new JobRecord(worker.worker(), event))),
        sent);
  }

  private void send(ProducerRecord<String, byte[]> record, Sent sent) {
    try {
      var _ = producer.send(record, (metadata, exception) -> sent.accept(exception));
    } catch (KafkaException | IllegalStateException e) {
      // No room or no metadata within max.block.ms, or the producer is closed.
      sent.accept(e);
    }
  }
}
