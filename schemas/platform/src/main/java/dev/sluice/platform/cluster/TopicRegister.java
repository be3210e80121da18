package dev.sluice.platform.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each topic was when it was made, kept in {@link Topic#CLUSTER}: its id, its number of
 * partitions and the format of its records, as JSON under its name.
 *
 * <p>Whoever makes topics writes what it finds, and then reads what stands there: several may do so
 * at once, and the first record of a name counts for all. Nobody overwrites it, so that a topic
 * which has grown, was removed or was made anew is known for it ever after.
 */
final class TopicRegister {

  private static final Logger LOG = LoggerFactory.getLogger(TopicRegister.class);

  private static final Set<Long> SAID = ConcurrentHashMap.newKeySet();
  private static final int SAID_MAX = 100;

  /**
   * Of the records in all topics. A release that can't read what was written before it has the next
   * one; what names none is of the first.
   */
  static final int FORMAT = 3;

  private static final int FIRST_FORMAT = 1;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long SECONDS_MAX = 30;
  private static final int TRY_MS = 8_000;

  /** Of topics that have the same remedy, so many are named. */
  private static final int NAMED_MAX = 3;

  private static final String START_OVER =
      "To start over without the jobs and models that there are, stop all of Sluice and remove all"
          + " its topics: kafka-topics.sh --delete --topic 'sluice\\..*'.";

  private TopicRegister() {}

  /**
   * A topic.
   *
   * @param id the brokers' id of it, another one for each topic that ever was
   * @param partitions how many it has
   * @param format {@link #FORMAT} of the release that made it
   */
  record Made(String id, int partitions, int format) {

    /** A topic of this release. */
    Made(String id, int partitions) {
      this(id, partitions, FORMAT);
    }
  }

  /**
   * Reads what is registered.
   *
   * @throws KafkaException where it can't be read in time
   */
  static Map<String, Made> read(KafkaSettings kafka) {
    var place = new TopicPartition(Topic.CLUSTER.topicName(), 0);
    var all = new LinkedHashMap<String, Made>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.uncommittedScan());
    try {
      consumer.assign(List.of(place));
      consumer.seekToBeginning(List.of(place));
      long end = consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
      while (consumer.position(place) < end) {
        for (var record : consumer.poll(POLL)) {
          var value = record.value();
          parsed(value == null ? "" : StandardCharsets.UTF_8.decode(value).toString())
              .ifPresentOrElse(
                  made -> all.putIfAbsent(String.valueOf(record.key()), made),
                  () -> passOver(record.offset()));
        }
        if (System.nanoTime() > deadline) {
          throw new KafkaException(place.topic() + " can't be read within " + SECONDS_MAX + " s");
        }
      }
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
    return Map.copyOf(all);
  }

  /** It is read again until topics that are just made are there, and said once. */
  private static void passOver(long offset) {
    if (SAID.size() < SAID_MAX && SAID.add(offset)) {
      LOG.warn(
          "Record {} of {} is none of Sluice's and is passed over.",
          offset,
          Topic.CLUSTER.topicName());
    }
  }

  /**
   * Registers topics; those that are registered already stay as they were.
   *
   * @throws KafkaException where the brokers don't confirm it in time
   */
  static void write(KafkaSettings kafka, Map<String, Made> topics) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (true) {
      try {
        tryToWrite(kafka, topics);
        return;
      } catch (KafkaException e) {
        if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warn("What topics there are was not registered, trying again: {}", e.toString());
      }
    }
  }

  /** One try, with a producer of its own. */
  private static void tryToWrite(KafkaSettings kafka, Map<String, Made> topics) {
    var settings = kafka.repeatingProducer();
    settings.put("request.timeout.ms", TRY_MS / 2);
    settings.put("delivery.timeout.ms", TRY_MS);
    settings.put("max.block.ms", TRY_MS);
    var producer = new KafkaProducer<String, byte[]>(settings);
    try {
      var sent =
          topics.entrySet().stream()
              .map(topic -> producer.send(record(topic.getKey(), topic.getValue())))
              .toList();
      for (var future : sent) {
        future.get(TRY_MS, TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("What topics there are could not be registered", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while registering topics", e);
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  private static ProducerRecord<String, byte[]> record(String name, Made made) {
    var node = JSON.createObjectNode().put("id", made.id()).put("partitions", made.partitions());
    node.put("format", made.format());
    return new ProducerRecord<>(
        Topic.CLUSTER.topicName(), 0, name, node.toString().getBytes(StandardCharsets.UTF_8));
  }

  static Optional<Made> parsed(String text) {
    try {
      @Nullable JsonNode node = JSON.readTree(text);
      int partitions = node == null ? 0 : node.path("partitions").asInt();
      var id = node == null ? "" : node.path("id").asText();
      return partitions < 1 || id.isEmpty()
          ? Optional.empty()
          : Optional.of(new Made(id, partitions, node.path("format").asInt(FIRST_FORMAT)));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * Where topics are no longer what they were made as.
   *
   * @param made what is registered, by name
   * @param now what is there, by name
   */
  static List<Cause> differences(Map<String, Made> made, Map<String, Made> now) {
    var other = made.values().stream().filter(was -> was.format() != FORMAT).findFirst();
    if (other.isPresent()) {
      return List.of(otherRelease(other.get().format()));
    }
    var all = new ArrayList<Cause>();
    new TreeMap<>(made)
        .forEach(
            (name, was) -> {
              var is = now.get(name);
              if (is == null) {
                missing(name).ifPresent(all::add);
              } else if (is.partitions() != was.partitions()) {
                all.add(grown(name, was, is));
              } else if (!is.id().equals(was.id()) && !mayBeMadeAnew(name)) {
                all.add(anew(name));
              }
            });
    return together(all);
  }

  /** What has the same remedy is one cause, however many topics it is about. */
  private static List<Cause> together(List<Cause> causes) {
    var byMend = new LinkedHashMap<String, List<Cause>>();
    causes.forEach(
        cause -> byMend.computeIfAbsent(cause.mend(), mend -> new ArrayList<>()).add(cause));
    return byMend.values().stream()
        .map(
            same -> {
              var first = same.getFirst();
              var what =
                  same.stream().limit(NAMED_MAX).map(Cause::what).collect(Collectors.joining(" "));
              int more = same.size() - NAMED_MAX;
              return new Cause(
                  first.code(),
                  first.where(),
                  more > 0 ? what + " " + more + " more are not as they were made." : what,
                  first.why(),
                  first.mend());
            })
        .toList();
  }

  private static Cause otherRelease(int format) {
    return new Cause(
        Code.OTHER_RELEASE,
        Topic.CLUSTER.topicName(),
        String.format(
            Locale.ROOT,
            "What is stored here was written by %s release of Sluice (format %d), and this one"
                + " reads format %d only.",
            format < FORMAT ? "an earlier" : "a later",
            format,
            FORMAT),
        "",
        "Run that release, or begin with another data directory. " + START_OVER);
  }

  private static boolean mayBeMadeAnew(String name) {
    return Arrays.stream(Topic.values())
        .anyMatch(topic -> topic.topicName().equals(name) && topic.mayBeMadeAnew());
  }

  private static Cause grown(String name, Made was, Made is) {
    return new Cause(
        Code.TOPIC_CHANGED,
        name,
        String.format(
            Locale.ROOT,
            "%s has %d %s, and was made with %d.",
            name,
            is.partitions(),
            is.partitions() == 1 ? "partition" : "partitions",
            was.partitions()),
        "Where a record belongs follows from that number: what was there before would not be found"
            + " any more, and versions of models would begin at 1 again.",
        mayBeMadeAnew(name)
            ? "Kafka can't take partitions away. " + TopicRules.remove(name) + "as it was."
            : "Kafka can't take partitions away: restore the topic from a copy that was made"
                + " before, with all of Sluice's topics. "
                + START_OVER);
  }

  private static Optional<Cause> missing(String name) {
    return mayBeMadeAnew(name)
        ? Optional.empty()
        : Optional.of(
            new Cause(
                Code.TOPIC_CHANGED,
                name,
                name + " was removed.",
                "Other topics refer to what was in it.",
                "Restore it from a copy, with all of Sluice's topics. " + START_OVER));
  }

  private static Cause anew(String name) {
    return new Cause(
        Code.TOPIC_CHANGED,
        name,
        name + " is another topic of that name: it was removed and made anew.",
        "Other topics refer to what was in it.",
        "Restore it from a copy, with all of Sluice's topics. " + START_OVER);
  }
}
