package dev.sluice.worker.queue;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.kafka.DeadLetters;
import dev.sluice.schemas.kafka.Grouped;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.ledger.Controls;
import dev.sluice.worker.ledger.Reports;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what becomes of a record that a hand has got. For the intake's thread. */
final class Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  private static final Grouped PARKED = new Grouped(LOG::warn);

  /**
   * A task that goes back is held for this long before others may have it; twice as long with every
   * delivery, because the broker gives up on a task after a few.
   */
  static final long GIVE_BACK_MS = 500;

  private static final int DOUBLINGS_MAX = 4;

  /** How often a record is decoded again whose schema is not known yet. */
  private static final long SCHEMA_MS = 1_000;

  private final Codec codec;
  private final SchemaWait schemas;
  private final String engine;
  private final Controls controls;
  private final Reports reports;
  private final Consumer<HeldTask> run;
  private final Settling settling;
  private long taken;

  /** How a callback has a record settled, from any thread. */
  interface Settling {
    void accept(String key);

    /** After a pause. */
    void giveBack(String key);
  }

  /**
   * @param codec decodes tasks
   * @param schemas how long tasks wait for their schemas
   * @param engine engine fingerprint of this worker
   * @param controls which tasks are void
   * @param reports told of tasks that begin here and of records that are no tasks
   * @param run given the tasks that are for this worker, from any thread
   * @param settling settles the others
   */
  Receiver(
      Codec codec,
      SchemaWait schemas,
      String engine,
      Controls controls,
      Reports reports,
      Consumer<HeldTask> run,
      Settling settling) {
    this.codec = codec;
    this.schemas = schemas;
    this.engine = engine;
    this.controls = controls;
    this.reports = reports;
    this.run = run;
    this.settling = settling;
  }

  /** Decides about the record that a hand holds. */
  void receive(Hand hand) {
    var record = hand.record();
    schemas.heard(record.timestamp());
    if (record.value() == null) {
      putAway(hand, Unread.because("It has no value."));
      return;
    }
    switch (codec.decode(Task.class, record.value())) {
      case Decoded.Message<Task>(var task) -> receive(hand, task);
      case Decoded.UnknownSchema<Task>(long fingerprint) -> receive(hand, fingerprint);
      case Decoded.Malformed<Task>(var why) -> putAway(hand, Unread.because(why));
    }
  }

  /** One whose schema is not known keeps the hand for a while only: it may hold up a lane. */
  private void receive(Hand hand, long fingerprint) {
    var record = hand.record();
    long nowMs = TaskQueue.nowMs();
    var waiting = schemas.of(fingerprint, record.timestamp(), nowMs);
    if (waiting.isEmpty()) {
      putAway(hand, Unread.unknownSchema(fingerprint));
      return;
    }
    var place = DeadLetters.place(record);
    if (hand.state() != Hand.State.WAITING_FOR_SCHEMA) {
      PARKED.say(
          "tasks that wait for schemas",
          String.format(
              Locale.ROOT,
              "A task at %s waits for schema %016x, for at most %d ms.",
              place,
              fingerprint,
              waiting.get().leftMs()));
    }
    hand.hold(Hand.State.WAITING_FOR_SCHEMA, key(place), nowMs + SCHEMA_MS);
  }

  private void receive(Hand hand, Task task) {
    var held =
        new HeldTask(key(task.taskId()), task, hand.record().deliveryCount().orElse((short) 1));
    if (controls.isVoid(task)) {
      LOG.info("Task {} of job {} is void: left out.", task.taskId(), task.jobId());
      hand.settle(AcknowledgeType.ACCEPT);
    } else if (!task.engine().isEmpty() && !task.engine().equals(engine)) {
      LOG.info(
          "Task {} of job {} is for engine {}, this one is {}: given back.",
          task.taskId(),
          task.jobId(),
          task.engine(),
          engine);
      giveBack(hand, held.key());
    } else if (held.delivery() == 1) {
      // The ledger counts time and starts from here; nothing waits for that report.
      hand.begin(held);
      reports.started(task, held.delivery(), Receiver::noteUnsent);
      run.accept(held);
    } else {
      // If this task kills its workers, the ledger has to see that before it kills this one.
      hand.begin(held);
      reports.started(
          task,
          held.delivery(),
          failure -> {
            if (failure == null) {
              run.accept(held);
            } else {
              settling.giveBack(held.key());
            }
          });
    }
  }

  /** Holds a record for a while before others may have it. */
  static void giveBack(Hand hand, String key) {
    int deliveries = hand.record().deliveryCount().orElse((short) 1);
    int doublings = Math.clamp(deliveries - 1L, 0, DOUBLINGS_MAX);
    hand.hold(Hand.State.GIVING_BACK, key, TaskQueue.nowMs() + (GIVE_BACK_MS << doublings));
  }

  private static void noteUnsent(@Nullable Exception failure) {
    if (failure != null) {
      LOG.warn("The start of a task was not reported: {}", failure.getMessage());
    }
  }

  private void putAway(Hand hand, Unread unread) {
    var record = hand.record();
    var place = DeadLetters.place(record);
    PARKED.say(
        unread.kind(record),
        "The record at " + place + " is no task and goes to the dead letters: " + unread.why());
    var key = key(place);
    hand.hold(Hand.State.PUTTING_AWAY, key, Long.MAX_VALUE);
    var cause =
        unread.cause(
            place, "Write tasks through the coordinator; if it wrote this one, report the defect.");
    var value = record.value() == null ? null : ByteBuffer.wrap(record.value());
    reports.deadLetter(
        DeadLetters.of(record, value, "", unread.reason(), cause),
        failure -> {
          if (failure == null) {
            settling.accept(key);
          } else {
            settling.giveBack(key);
          }
        });
  }

  private String key(String name) {
    return name + "~" + ++taken;
  }
}
