package dev.sluice.worker.report;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.compute.TaskReports;
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
public final class Reports implements TaskReports {

  /** Told how sending ended: null where the brokers have the record. */
  public interface Sent extends Consumer<@Nullable Exception> {}

  private final Codec codec;
  private final WorkerLife worker;
  private final String engine;
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
    this.engine = engine;
  }

  /**
   * Says how a task ended. A report that no broker takes is replaced by one that says so: the task
   * would end like that every time.
   */
  @Override
  public void ended(Task task, Outcome outcome, Consumer<@Nullable Exception> sent) {
    report(
        task,
        outcome,
        failure -> {
          if (failure instanceof RecordTooLargeException large) {
            report(task, tooLarge(task, large), sent::accept);
          } else {
            sent.accept(failure);
          }
        });
  }

  private void report(Task task, Outcome outcome, Sent sent) {
    var event =
        new TaskReported(
            task.jobId(),
            task.taskId(),
            task.attempt(),
            worker.worker(),
            engine,
            outcome,
            worker.life());
    tell(task.jobId(), event, sent);
  }

  private static TaskFailed tooLarge(Task task, RecordTooLargeException failure) {
    return new TaskFailed(
        new Cause(
            Code.RECORD_TOO_LARGE,
            task.taskId(),
            "What was found out about the job is too large for one record.",
            String.valueOf(failure.getMessage()),
            "Use fewer layers, feature columns or classes, or shorter names; see that"
                + " message.max.bytes of the brokers is at least "
                + Codec.RECORD_BYTES_MAX
                + "."),
        false);
  }

  /** Says that a task is about to run. */
  public void started(Task task, int delivery, Sent sent) {
    var event =
        new AttemptStarted(
            task.jobId(), task.taskId(), task.attempt(), worker.worker(), delivery, worker.life());
    tell(task.jobId(), event, sent);
  }

  /** Says that this worker lives on without a task whose start it has reported. */
  public void lost(Task task, Sent sent) {
    var event =
        new AttemptLost(
            task.jobId(), task.taskId(), task.attempt(), worker.worker(), worker.life());
    tell(task.jobId(), event, sent);
  }

  @Override
  public void nearlyDone(String jobId, long round, long step) {
    // Where it isn't stored, the report of the term's end says as much, only later.
    tell(jobId, new TermNearlyDone(jobId, round, step), failure -> {});
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
