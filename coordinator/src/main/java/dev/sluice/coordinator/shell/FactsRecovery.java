package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobFacts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads the facts of a ledger partition's jobs back when it is taken over, after their states.
 *
 * <p>What another program has overwritten ({@link ForeignRecords}) is what the record before says,
 * as with states ({@link StateRecovery}). Where nothing is left of a fact that a job's state refers
 * to, the ledger gives that job up.
 */
final class FactsRecovery {

  private final Codec codec;
  private final LedgerState into;
  private final int partitions;
  private final ForeignRecords foreign;
  private final Map<String, ByteBuffer> before = new HashMap<>();

  /**
   * @param into takes the facts; has the states
   * @param partitions of {@code sluice.job-facts}
   * @param schemas how long records wait for their schemas
   */
  FactsRecovery(Codec codec, LedgerState into, int partitions, SchemaWait schemas) {
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
    var part = FactPart.at(key);
    if (part.isEmpty() || !belongs(record)) {
      if (record.value() == null) {
        foreign.superseded(key);
      } else {
        foreign.add(record, "It belongs to another partition, or is no fact of a job.");
      }
      return;
    }
    if (record.value() == null) {
      foreign.superseded(key);
      into.forget(FactPart.jobId(key), part.get());
      return;
    }
    switch (codec.decode(JobFacts.class, record.value())) {
      case Decoded.Message<JobFacts>(var facts) when FactPart.key(facts).equals(key) -> {
        foreign.superseded(key);
        into.apply(facts);
      }
      case Decoded.Message<JobFacts>(var facts) ->
          foreign.add(record, "It is " + FactPart.key(facts) + ".");
      case Decoded.UnknownSchema<JobFacts>(long fingerprint) -> foreign.add(record, fingerprint);
      case Decoded.Malformed<JobFacts>(String why) -> foreign.add(record, why);
    }
  }

  private boolean belongs(ConsumerRecord<String, ByteBuffer> record) {
    return Topic.partition(FactPart.jobId(record.key()), partitions) == record.partition();
  }

  /**
   * Whether something was overwritten.
   *
   * @param nowMs the time here, on a clock that only goes forward
   * @throws org.apache.kafka.common.KafkaException where a schema may still come
   */
  boolean overwritten(long nowMs) {
    foreign.requireFinal(nowMs);
    return !foreign.isEmpty();
  }

  /** Once more the same records: what stood under the keys before. */
  void readBefore(ConsumerRecord<String, ByteBuffer> record) {
    var value = record.value();
    if (record.key() == null || !foreign.keys().contains(record.key()) || !belongs(record)) {
      return;
    }
    if (value == null) {
      before.remove(record.key());
    } else if (codec.decode(JobFacts.class, value) instanceof Decoded.Message<JobFacts>(var facts)
        && FactPart.key(facts).equals(record.key())) {
      before.put(record.key(), value);
    }
  }

  /** What is to be written, now that all is read. */
  List<Mended> mended() {
    var all = new ArrayList<Mended>();
    foreign.all().forEach((key, found) -> all.add(Mended.of(key, before.get(key), found)));
    return all;
  }
}
