package dev.sluice.schemas.topics;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Creates the topics that are missing and checks those that exist. Safe to run from several
 * processes at once.
 */
public final class Topics {

  private static final long ADMIN_SECONDS_MAX = 30;
  private static final long UNHEARD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Admin admin;
  private final short replication;

  /**
   * @param admin client of the cluster, kept open by the caller
   * @param replication copies of every partition; -1 for the broker's default
   */
  public Topics(Admin admin, short replication) {
    this.admin = admin;
    this.replication = replication;
  }

  /**
   * Creates every base topic that is missing and reads the partition counts of all.
   *
   * @return partitions by topic
   * @throws TopicsUnavailable where the cluster does not answer, refuses, or holds counts that do
   *     not belong together, or would remove what was not read yet
   */
  public Map<Topic, Integer> ensure() {
    var counts = new HashMap<Topic, Integer>();
    for (var topic : Topic.values()) {
      counts.put(topic, topic.partitions());
    }
    // A topic that came with a later release has as many partitions as the one that it belongs to.
    counts.putAll(ensure(counts, topic -> topic != Topic.ANCHORS));
    counts.put(Topic.ANCHORS, counts.getOrDefault(Topic.GRADIENTS, Topic.ANCHORS.partitions()));
    counts.putAll(ensure(counts, topic -> topic == Topic.ANCHORS));
    checkRetention();
    checkTogether(counts, Topic.JOBS, Topic.JOB_STATES);
    checkTogether(counts, Topic.GRADIENTS, Topic.PARAMETERS);
    checkTogether(counts, Topic.GRADIENTS, Topic.CHECKPOINTS);
    checkTogether(counts, Topic.GRADIENTS, Topic.ANCHORS);
    return Map.copyOf(counts);
  }

  private Map<Topic, Integer> ensure(Map<Topic, Integer> wished, Predicate<Topic> which) {
    var topics = Arrays.stream(Topic.values()).filter(which).toList();
    create(
        topics.stream()
            .map(
                topic ->
                    newTopic(
                        topic.topicName(),
                        wished.getOrDefault(topic, topic.partitions()),
                        topic.settings()))
            .toList());
    var names = topics.stream().map(Topic::topicName).toList();
    Map<String, TopicDescription> described =
        onceHeardOf(() -> admin.describeTopics(names).allTopicNames(), "read the topics");
    var counts = new HashMap<Topic, Integer>();
    for (var topic : topics) {
      var description = described.get(topic.topicName());
      if (description == null) {
        throw new TopicsUnavailable(
            cause("Topic " + topic.topicName() + " is missing.", "It was removed just now."));
      }
      counts.put(topic, description.partitions().size());
    }
    return counts;
  }

  /**
   * Creates a lane's task topics where missing, one partition each, and sets how its share group
   * works.
   *
   * @throws TopicsUnavailable where the cluster does not answer or refuses
   */
  public void ensureLane(String lane) {
    // One partition per task topic: a partition that all workers share is taken over at once when
    // one of them dies, a partition with a single owner waits for that owner's session.
    create(
        Topic.tasks(lane).stream()
            .map(name -> newTopic(name, 1, Topic.taskTopicSettings()))
            .toList());
    var group = new ConfigResource(ConfigResource.Type.GROUP, Topic.shareGroup(lane));
    var settings =
        Map.of(
            // Tasks written before the first worker came are tasks too.
            "share.auto.offset.reset", "earliest",
            // Tasks of an aborted ledger transaction were never issued.
            "share.isolation.level", "read_committed",
            "share.record.lock.duration.ms", "3000",
            "share.session.timeout.ms", "3000",
            "share.heartbeat.interval.ms", "500");
    var operations =
        settings.entrySet().stream()
            .map(
                e ->
                    new AlterConfigOp(
                        new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
            .toList();
    await(
        admin
            .incrementalAlterConfigs(
                Map.<ConfigResource, Collection<AlterConfigOp>>of(group, operations))
            .all(),
        "set up the share group " + group.name());
  }

  private NewTopic newTopic(String name, int partitions, Map<String, String> settings) {
    return new NewTopic(name, partitions, replication).configs(settings);
  }

  private void create(List<NewTopic> wanted) {
    var results = admin.createTopics(wanted).values();
    for (var entry : results.entrySet()) {
      try {
        entry.getValue().get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw unavailable("create topic " + entry.getKey(), e.getCause());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw unavailable("create topic " + entry.getKey(), e);
      } catch (TimeoutException e) {
        throw unavailable("create topic " + entry.getKey(), e);
      }
    }
  }

  /** A broker may not have heard yet of a topic that the controller has just made. */
  private static <T> T onceHeardOf(Supplier<KafkaFuture<T>> question, String what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ADMIN_SECONDS_MAX);
    while (true) {
      try {
        return question.get().get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadline) {
          throw unavailable(what, e.getCause());
        }
        LockSupport.parkNanos(UNHEARD_NANOS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw unavailable(what, e);
      } catch (TimeoutException e) {
        throw unavailable(what, e);
      }
    }
  }

  /** Topics that Sluice trims itself, whoever made them, must not be trimmed by brokers. */
  private void checkRetention() {
    var trimmed = new HashMap<ConfigResource, Topic>();
    for (var topic : Topic.values()) {
      if (topic.trimmedByItsReader()) {
        trimmed.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName()), topic);
      }
    }
    Map<ConfigResource, Config> found =
        onceHeardOf(
            () -> admin.describeConfigs(trimmed.keySet()).all(), "read how topics are kept");
    trimmed.forEach(
        (resource, topic) ->
            Optional.ofNullable(found.get(resource))
                .ifPresent(settings -> checkRetention(topic, settings)));
  }

  private static void checkRetention(Topic topic, Config settings) {
    for (var entry : topic.retention().entrySet()) {
      var is = settings.get(entry.getKey());
      if (is != null && !entry.getValue().equals(is.value())) {
        throw new TopicsUnavailable(
            new Cause(
                Fault.BAD_INPUT,
                topic.topicName(),
                topic.topicName() + " has " + entry.getKey() + "=" + is.value() + ".",
                "Brokers would remove what a slow or paused job has yet to read.",
                "Set it to " + entry.getValue() + "; what was read is removed all the same."));
      }
    }
  }

  private static void checkTogether(Map<Topic, Integer> counts, Topic one, Topic other) {
    if (!Objects.equals(counts.get(one), counts.get(other))) {
      throw new TopicsUnavailable(
          new Cause(
              Fault.BAD_INPUT,
              other.topicName(),
              other.topicName()
                  + " has "
                  + counts.get(other)
                  + " partitions, "
                  + one.topicName()
                  + " has "
                  + counts.get(one)
                  + ".",
              "Partition p of one belongs to partition p of the other.",
              "Create both topics with the same number of partitions, on a cluster without jobs."));
    }
  }

  private static <T> T await(KafkaFuture<T> future, String what) {
    try {
      return future.get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw unavailable(what, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(what, e);
    } catch (TimeoutException e) {
      throw unavailable(what, e);
    }
  }

  private static TopicsUnavailable unavailable(String what, @Nullable Throwable why) {
    return new TopicsUnavailable(cause("Could not " + what + ".", reason(why)));
  }

  private static String reason(@Nullable Throwable why) {
    return switch (why) {
      case TimeoutException e -> "No broker answered within " + ADMIN_SECONDS_MAX + " s.";
      case org.apache.kafka.common.errors.TimeoutException e -> "No broker answered in time.";
      case null -> "";
      default -> String.valueOf(why.getMessage());
    };
  }

  private static Cause cause(String what, String why) {
    return new Cause(
        Fault.NO_CAPACITY,
        "kafka",
        what,
        why,
        "Check that the bootstrap servers are right, the brokers run and this user may create"
            + " topics.");
  }

  /** The cluster can't serve Sluice as it is. */
  public static final class TopicsUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Cause cause;

    TopicsUnavailable(Cause cause) {
      super(cause.what() + " " + cause.why() + " " + cause.mend());
      this.cause = cause;
    }

    /** What is wrong, why, and how to mend it. */
    public Cause problem() {
      return cause;
    }
  }
}
