package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Reads the states of a ledger partition back when it is taken over.
 *
 * <p>What another program has overwritten ({@link ForeignRecords}) is what the record before says:
 * whoever owned the partition decided without looking at it. The log still has that record unless
 * the broker has compacted it away. It is written anew, and the other one goes to the dead letters.
 *
 * <p>Where nothing is left, a model is in {@code sluice.models}, too; a job or a lane is lost, as
 * if its record had been removed. Without a cursor nothing can be decided on, so that stops the
 * partition.
 */
final class StateRecovery {

  private final Codec codec;
  private final LedgerState into;
  private final int partitions;
  private final ForeignRecords foreign;
  private final Map<String, ByteBuffer> before = new HashMap<>();
  private final Map<String, StoredState> published = new HashMap<>();
  private boolean anyState;

  /**
   * @param into takes the states
   * @param partitions of {@code sluice.job-states}
   * @param schemas how long records wait for their schemas
   */
  StateRecovery(Codec codec, LedgerState into, int partitions, SchemaWait schemas) {
    this.codec = codec;
    this.into = into;
    this.partitions = partitions;
    this.foreign = new ForeignRecords(schemas);
  }

  /** Takes a record over, in the order of the log; what is superseded is no matter. */
  void read(ConsumerRecord<String, ByteBuffer> record) {
    foreign.heard(record.timestamp());
    var key = record.key();
    if (key == null) { // brokers refuse these in a compacted topic
      return;
    }
    if (record.value() == null) {
      foreign.superseded(key);
      into.remove(key);
      return;
    }
    if (StateKeys.isForeign(key, record.partition(), partitions)) {
      foreign.add(record, "It belongs to another partition.");
      return;
    }
    switch (codec.decode(StateRecord.class, record.value())) {
      case Decoded.Message<StateRecord>(StateRecord(var state))
          when StateKeys.isAt(key, record.partition(), partitions, state) -> {
        foreign.superseded(key);
        into.apply(state);
        anyState = true;
      }
      case Decoded.Message<StateRecord>(StateRecord(var state)) ->
          foreign.add(record, "It is the state of " + StateKeys.of(state) + ".");
      case Decoded.UnknownSchema<StateRecord>(long fingerprint) -> foreign.add(record, fingerprint);
      case Decoded.Malformed<StateRecord>(String why) -> foreign.add(record, why);
    }
  }

  /**
   * Whether something was overwritten.
   *
   * @param nowMs the time here, on a clock that only goes forward
   * @throws KafkaException where a schema may still come
   */
  boolean overwritten(long nowMs) {
    foreign.requireFinal(nowMs);
    return !foreign.isEmpty();
  }

  /** Once more the same records: what stood under the keys before. */
  void readBefore(ConsumerRecord<String, ByteBuffer> record) {
    var value = record.value();
    if (!foreign.keys().contains(record.key())
        || !StateKeys.belongs(record.key(), record.partition(), partitions)) {
      return;
    }
    if (value == null) {
      before.remove(record.key());
    } else if (codec.decode(StateRecord.class, value)
            instanceof Decoded.Message<StateRecord>(StateRecord(var state))
        && StateKeys.of(state).equals(record.key())) {
      before.put(record.key(), value);
    }
  }

  /** Whether there is a model, or a version, of which nothing is left here. */
  boolean lacksModels() {
    return foreign.keys().stream()
        .anyMatch(key -> StateKeys.isModel(key) && !before.containsKey(key));
  }

  /** A record of {@code sluice.models}, in the order of the log. */
  void readModel(ConsumerRecord<String, ByteBuffer> record) {
    if (record.key() == null) {
      return;
    }
    var key = StateKeys.ofPublished(record.key());
    if (!foreign.keys().contains(key) || before.containsKey(key)) {
      return;
    }
    if (record.value() == null) {
      published.remove(key);
    } else {
      published(record.key(), record.value())
          .filter(state -> StateKeys.of(state).equals(key))
          .ifPresent(state -> published.put(key, state));
    }
  }

  private Optional<StoredState> published(String key, ByteBuffer value) {
    if (key.indexOf('/') < 0) {
      return codec.decode(ModelEntry.class, value) instanceof Decoded.Message<ModelEntry>(var name)
          ? Optional.of(name)
          : Optional.empty();
    }
    return codec.decode(ModelVersion.class, value)
            instanceof Decoded.Message<ModelVersion>(var version)
        ? Optional.of(version)
        : Optional.empty();
  }

  /**
   * What is to be written, now that all is read.
   *
   * @throws KafkaException where the cursor is lost: nothing can be decided on without it
   */
  List<Mended> mended() {
    published.forEach(
        (key, state) -> {
          into.apply(state);
          before.put(key, ByteBuffer.wrap(codec.encode(new StateRecord(state))));
        });
    foreign
        .of(StateKeys.CURSOR)
        .filter(cursor -> anyState && !before.containsKey(StateKeys.CURSOR))
        .ifPresent(
            cursor -> {
              throw new KafkaException(
                  String.format(
                      Locale.ROOT,
                      "Another program has overwritten %s at %s, and the broker has compacted away"
                          + " what was there: it is not known what was decided on. %s Write a"
                          + " LedgerCursor with that key, or restore the topics from a copy.",
                      StateKeys.CURSOR,
                      cursor.place(),
                      cursor.unread().why()));
            });
    var all = new ArrayList<Mended>();
    foreign.all().forEach((key, found) -> all.add(Mended.of(key, before.get(key), found)));
    return all;
  }
}
