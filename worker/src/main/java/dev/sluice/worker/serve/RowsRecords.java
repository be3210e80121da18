package dev.sluice.worker.serve;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.rows.Taken;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Reads records of the queue of tasks that have their rows themselves. For one thread. */
final class RowsRecords {

  private final Codec codec;
  private final SchemaWait schemas;
  private final Map<String, Priority> priorities = new HashMap<>();

  /**
   * @param codec decodes tasks
   * @param lane whose queue it is
   * @param schemaWaitMs longest time that a record waits for its schema
   */
  RowsRecords(Codec codec, String lane, long schemaWaitMs) {
    this.codec = codec;
    this.schemas = new SchemaWait(schemaWaitMs);
    for (var priority : Priority.values()) {
      priorities.put(Topic.tasks(Topic.rowsQueue(lane), priority), priority);
    }
  }

  /** A record that is held, what is in it, and what becomes of that. */
  static final class Item {
    private final ConsumerRecord<String, byte[]> record;
    private @Nullable Taken task;
    private @Nullable Unread unread;

    /** Written by whoever sends reports, and read once all of them were sent. */
    private volatile boolean stored;

    private Item(ConsumerRecord<String, byte[]> record) {
      this.record = record;
    }

    ConsumerRecord<String, byte[]> record() {
      return record;
    }

    int delivery() {
      return record.deliveryCount().orElse((short) 1);
    }

    /** The task; null: it is none. */
    @Nullable Taken task() {
      return task;
    }

    /** A letter about a record that is no task. */
    DeadLetter letter(Unread why) {
      var cause =
          why.cause(
              DeadLetters.place(record),
              "Write tasks through the coordinator; if it wrote this one, report the defect.");
      var value = record.value() == null ? null : ByteBuffer.wrap(record.value());
      return DeadLetters.of(record, value, "", why.reason(), cause);
    }

    /** Why it is no task; null: it is one. */
    @Nullable Unread unread() {
      return unread;
    }

    /** Whether it is known what it is. */
    boolean isRead() {
      return task != null || unread != null;
    }

    /** Whether brokers have the report or letter about it. */
    boolean isStored() {
      return stored;
    }

    void stored() {
      stored = true;
    }
  }

  Item item(ConsumerRecord<String, byte[]> record) {
    return new Item(record);
  }

  /**
   * Reads a record that was not read before.
   *
   * @return whether it was read now; false: it was before, or waits for its schema
   */
  boolean read(Item item, long nowMs) {
    if (item.isRead()) {
      return false;
    }
    var record = item.record;
    schemas.heard(record.timestamp());
    switch (codec.decode(
        Task.class, record.value() == null ? null : ByteBuffer.wrap(record.value()))) {
      case Decoded.Message<Task>(var task) -> {
        if (task.action() instanceof Predict asked) {
          var priority = priorities.getOrDefault(record.topic(), Priority.NORMAL);
          item.task = new Taken(task, asked, priority, item.delivery());
        } else {
          item.unread = Unread.because("Its task has no rows of its own.");
        }
      }
      case Decoded.UnknownSchema<Task>(long fingerprint) -> {
        if (schemas.of(fingerprint, record.timestamp(), nowMs).isEmpty()) {
          item.unread = Unread.unknownSchema(fingerprint);
        }
      }
      case Decoded.Malformed<Task>(var why) -> item.unread = Unread.because(why);
    }
    return item.isRead();
  }
}
