package dev.sluice.deploy.simulation;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/** A real broker, and clients with the settings of our processes. */
final class BrokerStage implements Stage {

  private static final Duration WAIT_MAX = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final Duration POLL_OF_MEMBER = Duration.ofSeconds(30);
  private static final Duration POLL_BETWEEN_MARKERS = Duration.ofSeconds(1);
  private static final int TRANSACTION_MS_MAX = 60_000;
  private static final int SHORT_TRANSACTION_MS_MAX = 1_000;
  private static final int LOCK_MS = 30_000;
  private static final int SHORT_LOCK_MS = 4_000;

  private final RestartableBroker broker;
  private final KafkaSettings kafka;
  private final Script script;
  private final String play;
  private final KafkaProducer<String, byte[]> writer;
  private final Map<String, KafkaProducer<String, byte[]>> clients = new HashMap<>();
  private final Map<String, String> ids = new HashMap<>();
  private final Map<String, ShareMember> members = new HashMap<>();
  private final Map<String, Long> offsets = new HashMap<>();

  BrokerStage(RestartableBroker broker, Script script) throws Exception {
    this.broker = broker;
    this.script = script;
    kafka = broker.kafka();
    play = "play-" + broker.play();
    writer = new KafkaProducer<>(kafka.controlProducer());
    var topics = List.of(newTopic(Scripts.LOG), newTopic(Scripts.QUEUE));
    broker.admin().createTopics(topics).all().get();
    setUpGroup();
  }

  private NewTopic newTopic(String topic) {
    return new NewTopic(topic(topic), 1, (short) 1);
  }

  private void setUpGroup() throws Exception {
    var group = new ConfigResource(ConfigResource.Type.GROUP, Topic.shareGroup(play));
    int lockMs = has(Script.Action.LockEnds.class) ? SHORT_LOCK_MS : LOCK_MS;
    Collection<AlterConfigOp> settings =
        List.of(
            set("share.auto.offset.reset", "earliest"),
            set("share.isolation.level", "read_committed"),
            set("share.record.lock.duration.ms", String.valueOf(lockMs)),
            set("share.delivery.count.limit", String.valueOf(script.deliveriesMax())),
            set("share.heartbeat.interval.ms", "500"));
    broker.admin().incrementalAlterConfigs(Map.of(group, settings)).all().get();
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private boolean has(Class<? extends Script.Action> kind) {
    return script.steps().stream().anyMatch(step -> kind.isInstance(step.action()));
  }

  private String topic(String topic) {
    return play + "-" + topic;
  }

  @Override
  public String play(Script.Action action) throws Exception {
    return switch (action) {
      case Script.Action.Write(var topic, var value) -> stored(value, write(topic, value));
      case Script.Action.WriteToRestarting(var topic, var values) ->
          writeToRestarting(topic, values);
      case Script.Action.Init(var client, var id) -> init(client, id);
      case Script.Action.Begin(var client) -> {
        client(client).beginTransaction();
        yield "done";
      }
      case Script.Action.Send(var client, var topic, var value) -> send(client, topic, value);
      case Script.Action.Commit(var client) -> commit(client);
      case Script.Action.Abort(var client) -> {
        client(client).abortTransaction();
        awaitEnd(client);
        yield "done";
      }
      case Script.Action.Expire(var client) -> {
        awaitEnd(client);
        yield "aborted";
      }
      case Script.Action.Committed(var topic) -> read(kafka.committedReader(), topic, null);
      case Script.Action.All(var topic) -> read(kafka.uncommittedReader(), topic, null);
      case Script.Action.ReadFrom(var topic, var value) ->
          read(kafka.committedReader(), topic, value);
      case Script.Action.Trim(var topic, var before) -> {
        var until = RecordsToDelete.beforeOffset(offset(before));
        broker.admin().deleteRecords(Map.of(partition(topic), until)).all().get();
        yield "done";
      }
      case Script.Action.Ask(var member) -> {
        members.computeIfAbsent(member, this::join).ask();
        yield "asked";
      }
      case Script.Action.Got(var member) -> member(member).got(WAIT_MAX);
      case Script.Action.Accept(var member) -> member(member).settle(AcknowledgeType.ACCEPT);
      case Script.Action.Release(var member) -> member(member).settle(AcknowledgeType.RELEASE);
      case Script.Action.LockEnds lockEnds -> "free"; // whoever asks next waits for that
      case Script.Action.Leave(var member) -> {
        member(member).leave();
        members.remove(member);
        yield "gone";
      }
      case Script.Action.Restart restart -> {
        broker.restart(this::abandonMembers);
        yield "up";
      }
    };
  }

  private Future<RecordMetadata> write(String topic, String value) {
    return writer.send(record(topic, value));
  }

  private String stored(String value, Future<RecordMetadata> storing) throws Exception {
    offsets.put(value, storing.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS).offset());
    return "stored";
  }

  private String writeToRestarting(String topic, List<String> values) throws Exception {
    // Some are on their way when the broker goes, and some are written while it is away.
    int before = values.size() / 2;
    var storing = new ArrayList<Future<RecordMetadata>>();
    values.subList(0, before).forEach(value -> storing.add(write(topic, value)));
    var rest =
        new FutureTask<@Nullable Void>(
            () -> values.stream().skip(before).forEach(value -> storing.add(write(topic, value))),
            null);
    broker.restart(() -> Thread.ofPlatform().daemon().name("writer").start(rest));
    rest.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    for (int i = 0; i < values.size(); i++) {
      var _ = stored(values.get(i), storing.get(i));
    }
    return "stored";
  }

  private String init(String client, String id) throws Exception {
    int msMax = has(Script.Action.Expire.class) ? SHORT_TRANSACTION_MS_MAX : TRANSACTION_MS_MAX;
    var producer =
        new KafkaProducer<String, byte[]>(kafka.transactionalProducer(play + "-" + id, msMax));
    clients.put(client, producer);
    ids.put(client, play + "-" + id);
    producer.initTransactions();
    return "done";
  }

  /** A zombie's record is refused, which the commit says. */
  private String send(String client, String topic, String value) throws Exception {
    try {
      var sending = client(client).send(record(topic, value));
      offsets.put(value, sending.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS).offset());
    } catch (KafkaException | ExecutionException e) {
      offsets.remove(value);
    }
    return "sent";
  }

  private String commit(String client) throws Exception {
    try {
      client(client).commitTransaction();
    } catch (KafkaException e) {
      return "refused";
    }
    awaitEnd(client);
    return "done";
  }

  /** A transaction is decided on before its markers are everywhere. */
  private void awaitEnd(String client) throws Exception {
    var id = Objects.requireNonNull(ids.get(client));
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    var never = new CountDownLatch(1);
    while (true) {
      var state = broker.admin().describeTransactions(List.of(id)).description(id).get().state();
      if (state == TransactionState.COMPLETE_COMMIT || state == TransactionState.COMPLETE_ABORT) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("The transaction of " + client + " is still " + state);
      }
      var _ = never.await(20, TimeUnit.MILLISECONDS);
    }
  }

  private String read(Map<String, Object> settings, String topic, @Nullable String from)
      throws Exception {
    var partition = partition(topic);
    var values = new ArrayList<String>();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(settings)) {
      consumer.assign(List.of(partition));
      if (from == null) {
        consumer.seekToBeginning(List.of(partition));
      } else {
        consumer.seek(partition, offset(from));
      }
      long end = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
      long deadline = System.nanoTime() + WAIT_MAX.toNanos();
      while (consumer.position(partition) < end) {
        for (var found : consumer.poll(POLL)) {
          values.add(StandardCharsets.UTF_8.decode(found.value()).toString());
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError("Read " + values + " and not up to " + end);
        }
      }
    } catch (OffsetOutOfRangeException e) {
      return "out of range";
    }
    return values.toString();
  }

  private ShareMember join(String member) {
    var poll = has(Script.Action.Send.class) ? POLL_BETWEEN_MARKERS : POLL_OF_MEMBER;
    return new ShareMember(kafka, play, topic(Scripts.QUEUE), poll);
  }

  private ShareMember member(String member) {
    return Objects.requireNonNull(members.get(member), member);
  }

  private KafkaProducer<String, byte[]> client(String client) {
    return Objects.requireNonNull(clients.get(client), client);
  }

  private long offset(String value) {
    return Objects.requireNonNull(offsets.get(value), value);
  }

  private TopicPartition partition(String topic) {
    return new TopicPartition(topic(topic), 0);
  }

  private ProducerRecord<String, byte[]> record(String topic, String value) {
    return new ProducerRecord<>(topic(topic), value.getBytes(StandardCharsets.UTF_8));
  }

  private void abandonMembers() {
    members.values().forEach(ShareMember::abandon);
    members.clear();
  }

  @Override
  public void close() {
    members.values().forEach(ShareMember::leave);
    clients.values().forEach(client -> client.close(CLOSE_MAX));
    writer.close(CLOSE_MAX);
  }
}
