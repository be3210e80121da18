package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.runtime.FoldOutlet;
import dev.sluice.coordinator.runtime.LogRecord;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Grouped;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.FoldedBlock;
import dev.sluice.schemas.wire.FoldedVector;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.ParameterBlock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes a fold partition's parameters, and tells the ledger and people. */
final class KafkaFoldOutlet implements FoldOutlet {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaFoldOutlet.class);
  private static final Grouped LETTERS = new Grouped(LOG::warn);

  private final int partition;
  private final Codec codec;
  private final String origin;
  private final FoldTrim trim;
  private final Producer<String, byte[]> parameters;
  private final FoldReports reports;
  private final AtomicBoolean unpublished = new AtomicBoolean();

  /**
   * @param origin who says it
   * @param trim told how far parameters are published
   * @param parameters shared by all partitions, as are the reports
   */
  KafkaFoldOutlet(
      int partition,
      Codec codec,
      String origin,
      FoldTrim trim,
      Producer<String, byte[]> parameters,
      FoldReports reports) {
    this.partition = partition;
    this.codec = codec;
    this.origin = origin;
    this.trim = trim;
    this.parameters = parameters;
    this.reports = reports;
  }

  @Override
  public boolean takeUnpublished() {
    return unpublished.getAndSet(false);
  }

  /** Everyone waits for a block that is lost on its way, so it is published again. */
  @Override
  public void publish(ParameterBlock block) {
    send(
        Topic.blockKey(block.jobId(), block.block()),
        codec.encode(block),
        failure -> {
          LOG.warn("A block of {} was not published: {}", block.jobId(), failure.getMessage());
          unpublished.set(true);
        });
  }

  /** Who gets it only in part asks again. */
  @Override
  public void handOver(BlockSnapshot state, long nextOffset) {
    var head = state.head();
    var jobId = head.jobId();
    Consumer<Exception> lost =
        failure -> LOG.info("A state of {} was not handed over: {}", jobId, failure.getMessage());
    state
        .vectors()
        .forEach(
            (name, values) -> {
              var payload = Vectors.bytes(values);
              var vector =
                  new FoldedVector(
                      jobId, head.block(), nextOffset, name, Vectors.crc32c(payload), payload);
              send(Topic.foldedKey(jobId, head.block(), name), codec.encode(vector), lost);
            });
    send(
        Topic.foldedKey(jobId, head.block()),
        codec.encode(new FoldedBlock(nextOffset, head)),
        lost);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(String key, byte[] value, Consumer<Exception> lost) {
    var record = new ProducerRecord<>(Topic.PARAMETERS.topicName(), partition, key, value);
    Brokers.tell(
        () ->
            parameters.send(
                record,
                (metadata, failure) -> {
                  if (failure == null) {
                    trim.published(partition, metadata.offset());
                  } else {
                    lost.accept(failure);
                  }
                }));
  }

  @Override
  public void report(JobEvent event) {
    var value = codec.encode(new JobRecord(origin, event));
    reports.send(
        partition,
        new ProducerRecord<>(Topic.JOBS.topicName(), Ledger.key(event).orElse(""), value));
  }

  @Override
  public void bury(String kind, DeadLetter letter) {
    LETTERS.say(
        kind, letter.cause().where() + " goes to the dead letters: " + letter.cause().why());
    reports.send(partition, DeadLetters.record(letter, codec));
  }

  @Override
  public void reject(String jobId, Cause cause, LogRecord<?> record) {
    LETTERS.say(
        "plans that can't be folded", cause.where() + ": " + cause.what() + " " + cause.why());
    reports.send(
        partition,
        DeadLetters.record(record.letter(jobId, DeadLetterReason.UNPROCESSABLE, cause), codec));
  }
}
