package dev.sluice.worker.queue;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Grouped;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.ShareGroup.Content;
import dev.sluice.worker.lease.ShareGroup.Found;
import dev.sluice.worker.report.Reports;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Reads records of task topics; those that hold no task go to the dead letters. For the intake's
 * thread.
 */
final class TaskReader {

  private static final Grouped LETTERS =
      new Grouped(LoggerFactory.getLogger(TaskReader.class)::warn);

  private final Codec codec;
  private final SchemaWait schemas;
  private final Reports reports;
  private final Letters letters;

  /** Told, on any thread, what became of the letter about a record. */
  interface Letters {
    void written(String key, @Nullable Exception failure);
  }

  /**
   * @param codec decodes tasks
   * @param schemas how long tasks wait for their schemas
   * @param reports writes letters
   * @param letters told of them
   */
  TaskReader(Codec codec, SchemaWait schemas, Reports reports, Letters letters) {
    this.codec = codec;
    this.schemas = schemas;
    this.reports = reports;
    this.letters = letters;
  }

  TaskRecord of(ConsumerRecord<String, byte[]> record) {
    return new TaskRecord(record);
  }

  /** A record of a share consumer. */
  final class TaskRecord implements Found {

    final ConsumerRecord<String, byte[]> record;
    private @Nullable Unread unread;
    private boolean waits;

    private TaskRecord(ConsumerRecord<String, byte[]> record) {
      this.record = record;
    }

    @Override
    public int delivery() {
      return record.deliveryCount().orElse((short) 1);
    }

    @Override
    public Content read(long nowMs) {
      schemas.heard(record.timestamp());
      if (record.value() == null) {
        return noTask(Unread.because("It has no value."));
      }
      return switch (codec.decode(Task.class, record.value())) {
        case Decoded.Message<Task>(var task) -> new Content.OfTask(task);
        case Decoded.UnknownSchema<Task>(long fingerprint) -> unknown(fingerprint, nowMs);
        case Decoded.Malformed<Task>(var why) -> noTask(Unread.because(why));
      };
    }

    private Content noTask(Unread why) {
      unread = why;
      return new Content.NoTask();
    }

    /** A schema that doesn't come keeps the record for a while only: it may hold up a lane. */
    private Content unknown(long fingerprint, long nowMs) {
      var waiting = schemas.of(fingerprint, record.timestamp(), nowMs);
      if (waiting.isEmpty()) {
        return noTask(Unread.unknownSchema(fingerprint));
      }
      if (!waits) {
        waits = true;
        LETTERS.say(
            "tasks that wait for schemas",
            String.format(
                Locale.ROOT,
                "A task at %s waits for schema %016x, for at most %d ms.",
                DeadLetters.place(record),
                fingerprint,
                waiting.get().leftMs()));
      }
      return new Content.NotYet();
    }

    @Override
    public void putAway(String key) {
      var why = unread;
      if (why == null) {
        throw new IllegalStateException(
            "the record at " + DeadLetters.place(record) + " is a task");
      }
      var place = DeadLetters.place(record);
      LETTERS.say(
          why.kind(record),
          "The record at " + place + " is no task and goes to the dead letters: " + why.why());
      var cause =
          why.cause(
              place,
              "Write tasks through the coordinator; if it wrote this one, report the defect.");
      var value = record.value() == null ? null : ByteBuffer.wrap(record.value());
      reports.deadLetter(
          DeadLetters.of(record, value, "", why.reason(), cause),
          failure -> letters.written(key, failure));
    }
  }
}
