package dev.sluice.producer.letters;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.view.ReadingProgress;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.JobRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code sluice.dead-letters} on a thread of its own, and writes records back.
 *
 * <p>Each redrive is one transaction: the records, and beside them a letter for each that says so.
 * All producers use one transactional id, so that whoever begins fences whoever has not ended, and
 * then reads what was said before: no record is written back twice.
 */
public final class KafkaLetterStore implements LetterStore {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaLetterStore.class);

  private static final String TRANSACTIONAL_ID = "sluice-redrive";
  private static final int TRANSACTION_MS_MAX = 30_000;
  private static final int LETTERS_MAX = 10_000;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration READ_MAX = Duration.ofSeconds(15);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);
  private static final long TRIM_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CLOSE_MS_MAX = 5_000;

  private static final TopicPartition SOURCE =
      new TopicPartition(Topic.DEAD_LETTERS.topicName(), 0);

  private final KafkaSettings kafka;
  private final Codec codec;
  private volatile LetterBook book = new LetterBook(LETTERS_MAX);
  private volatile @Nullable ReadingProgress reading = ReadingProgress.NOTHING;
  private final KafkaConsumer<String, ByteBuffer> follower;
  private final Thread thread;
  private volatile boolean closed;

  /** Begins to follow. */
  public KafkaLetterStore(KafkaSettings kafka, Codec codec) {
    this.kafka = kafka;
    this.codec = codec;
    follower = new KafkaConsumer<>(kafka.committedReader());
    thread = Thread.ofPlatform().name("sluice-letters").daemon().start(this::follow);
  }

  @Override
  public List<Letter> letters() {
    return book.letters();
  }

  @Override
  public Map<DeadLetterReason, Long> counts() {
    return book.counts();
  }

  @Override
  public Optional<ReadingProgress> reading() {
    return Optional.ofNullable(reading);
  }

  /** What is read from the beginning takes the place of what is listed once it is complete. */
  private void follow() {
    var into = book;
    boolean begun = false;
    long begin = 0;
    long end = 0;
    long trimmedNanos = System.nanoTime();
    while (!closed) {
      try {
        if (!begun) {
          follower.assign(List.of(SOURCE));
          follower.seekToBeginning(List.of(SOURCE));
          begin = follower.beginningOffsets(List.of(SOURCE)).getOrDefault(SOURCE, 0L);
          end = follower.endOffsets(List.of(SOURCE)).getOrDefault(SOURCE, 0L);
          into = new LetterBook(LETTERS_MAX);
          begun = true;
        }
        for (var record : follower.poll(POLL)) {
          read(record, into);
        }
        long at = follower.position(SOURCE);
        if (at >= end) {
          book = into;
          reading = null;
        } else if (reading != null) {
          reading = new ReadingProgress(at - begin, end - begin);
        }
        if (System.nanoTime() - trimmedNanos > TRIM_NANOS) {
          trimmedNanos = System.nanoTime();
          book.forgetBefore(follower.beginningOffsets(List.of(SOURCE)).getOrDefault(SOURCE, 0L));
        }
      } catch (WakeupException e) {
        LOG.debug("Woken to stop.");
      } catch (KafkaException e) {
        LOG.warn("Can't follow {}: {}", SOURCE, e.getMessage());
        begun = false;
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    follower.close(CloseOptions.timeout(Duration.ZERO));
  }

  private void read(ConsumerRecord<String, ByteBuffer> record, LetterBook into) {
    var letter = letter(record);
    if (letter != null) {
      into.put(record.offset(), record.timestamp(), letter);
    }
  }

  /** What is no letter is left out: there is nowhere to put it. */
  private @Nullable DeadLetter letter(ConsumerRecord<String, ByteBuffer> record) {
    return codec.decode(DeadLetter.class, record.value())
            instanceof Decoded.Message<DeadLetter>(var letter)
        ? letter
        : null;
  }

  @Override
  public synchronized Redriven redrive(List<String> ids) throws LettersUnavailable {
    var settings = kafka.transactionalProducer(TRANSACTIONAL_ID, TRANSACTION_MS_MAX);
    settings.put("max.block.ms", READ_MAX.toMillis());
    try (var reader = new KafkaConsumer<String, ByteBuffer>(kafka.committedScan())) {
      var producer = new KafkaProducer<String, byte[]>(settings);
      try {
        producer.initTransactions();
        return redrive(ids, reader, producer);
      } finally {
        producer.close(CLOSE_MAX);
      }
    } catch (KafkaException e) {
      throw new LettersUnavailable(String.valueOf(e.getMessage()));
    }
  }

  private Redriven redrive(
      List<String> ids,
      KafkaConsumer<String, ByteBuffer> reader,
      KafkaProducer<String, byte[]> producer) {
    reader.assign(List.of(SOURCE));
    var now = new LetterBook(LETTERS_MAX);
    scan(reader, oldest(ids), record -> read(record, now));
    var known = new TreeMap<String, Letter>();
    now.letters().forEach(letter -> known.put(letter.id(), letter));
    var leftOut = new ArrayList<LeftOut>();
    var chosen = new TreeMap<Long, Letter>();
    for (var id : new LinkedHashSet<>(ids)) {
      var letter = known.get(id);
      var why =
          letter == null
              ? "There is no such letter: there never was, or it is older than "
                  + Topic.DEAD_LETTERS.topicName()
                  + " keeps."
              : letter.keptBecause().orElse("");
      if (letter == null || !why.isEmpty()) {
        leftOut.add(new LeftOut(id, why));
      } else {
        chosen.put(letter.at(), letter);
      }
    }
    var redriven = new ArrayList<String>();
    if (!chosen.isEmpty()) {
      producer.beginTransaction();
      scan(
          reader,
          chosen.firstKey(),
          record -> {
            var letter = chosen.remove(record.offset());
            if (letter != null) {
              writeBack(letter, letter(record), producer, redriven, leftOut);
            }
          });
      producer.commitTransaction();
    }
    return new Redriven(redriven, leftOut);
  }

  /** Where the first of some letters stands; what is said of them stands behind it. */
  private long oldest(List<String> ids) {
    var places = new HashMap<String, Long>();
    book.letters().forEach(letter -> places.put(letter.id(), letter.at()));
    return ids.stream().mapToLong(id -> places.getOrDefault(id, 0L)).min().orElse(0);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed send fails the commit
  private void writeBack(
      Letter letter,
      @Nullable DeadLetter held,
      KafkaProducer<String, byte[]> producer,
      List<String> redriven,
      List<LeftOut> leftOut) {
    var value = held == null ? null : held.value();
    if (held == null || value == null) {
      leftOut.add(new LeftOut(letter.id(), "Its bytes are no longer there."));
      return;
    }
    if (codec.decode(JobRecord.class, value)
        instanceof Decoded.UnknownSchema<JobRecord>(long fingerprint)) {
      leftOut.add(
          new LeftOut(
              letter.id(),
              String.format(
                  Locale.ROOT,
                  "Its schema, %016x, is still not in %s; publish it there first.",
                  fingerprint,
                  Topic.SCHEMAS.topicName())));
      return;
    }
    var key = held.key();
    producer.send(
        new ProducerRecord<>(
            letter.topic(),
            letter.partition(),
            key == null ? null : StandardCharsets.UTF_8.decode(key.duplicate()).toString(),
            bytes(value)));
    producer.send(
        DeadLetters.record(
            new DeadLetter(
                held.cause(),
                held.jobId(),
                held.topic(),
                held.partition(),
                held.offset(),
                held.key(),
                null,
                held.reason(),
                held.bytes(),
                true),
            codec));
    redriven.add(letter.id());
  }

  private static byte[] bytes(ByteBuffer value) {
    var bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return bytes;
  }

  /** Reads from an offset on to what is the end now. */
  private static void scan(
      KafkaConsumer<String, ByteBuffer> reader,
      long from,
      java.util.function.Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    long beginning = reader.beginningOffsets(List.of(SOURCE)).getOrDefault(SOURCE, 0L);
    long end = reader.endOffsets(List.of(SOURCE)).getOrDefault(SOURCE, 0L);
    reader.seek(SOURCE, Math.max(from, beginning));
    long deadline = System.nanoTime() + READ_MAX.toNanos();
    while (reader.position(SOURCE) < end) {
      if (System.nanoTime() > deadline) {
        throw new KafkaException(
            String.format(
                Locale.ROOT,
                "%s could not be read to its end within %d s",
                SOURCE,
                READ_MAX.toSeconds()));
      }
      reader.poll(POLL).forEach(each);
    }
  }

  @Override
  public void close() {
    closed = true;
    follower.wakeup();
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
