package dev.sluice.platform.cluster;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
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

  /** A topic that others have just made is not known to every broker at once. */
  private static final long HEARD_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final KafkaSettings kafka;
  private final Admin admin;
  private final short replication;
  private Map<String, TopicRegister.Made> made = Map.of();

  /**
   * @param kafka the cluster
   * @param admin client of the cluster, kept open by the caller
   * @param replication copies of every partition; -1 for the broker's default
   */
  public Topics(KafkaSettings kafka, Admin admin, short replication) {
    this.kafka = kafka;
    this.admin = admin;
    this.replication = replication;
  }

  /**
   * Creates every base topic that is missing, registers it, and reads the partition counts of all.
   *
   * @return partitions by topic
   * @throws TopicsUnavailable where the cluster does not answer, refuses, or has topics that are
   *     not as they were made, or not as Sluice needs them
   */
  public Map<Topic, Integer> ensure() {
    var before = requireUnchanged();
    create(
        Arrays.stream(Topic.values())
            .filter(topic -> !before.containsKey(topic.topicName()))
            .map(topic -> newTopic(topic.topicName(), wished(topic, before), topic.settings()))
            .toList());
    var names = Arrays.stream(Topic.values()).map(Topic::topicName).toList();
    var now =
        made(onceHeardOf(() -> admin.describeTopics(names).allTopicNames(), "read the topics"));
    var counts = new EnumMap<Topic, Integer>(Topic.class);
    for (var topic : Topic.values()) {
      counts.put(topic, Objects.requireNonNull(now.get(topic.topicName())).partitions());
    }
    refuse(TopicRules.partitions(counts));
    checkSettings();
    register(now);
    return Map.copyOf(counts);
  }

  /**
   * Compares topics with what they were made as, and changes nothing.
   *
   * @return the topics that there are
   * @throws TopicsUnavailable where one has changed, is gone or was made anew
   */
  public Map<String, Integer> requireUnchanged() {
    long deadline = System.nanoTime() + HEARD_NANOS;
    while (true) {
      var now = found();
      made = now.containsKey(Topic.CLUSTER.topicName()) ? registered() : Map.of();
      var differences = TopicRegister.differences(made, now);
      if (differences.isEmpty()) {
        var counts = new HashMap<String, Integer>();
        now.forEach((name, topic) -> counts.put(name, topic.partitions()));
        return counts;
      }
      if (now.keySet().containsAll(made.keySet()) || System.nanoTime() > deadline) {
        throw new TopicsUnavailable(differences);
      }
      LockSupport.parkNanos(UNHEARD_NANOS);
    }
  }

  /**
   * Goes on comparing topics with what they were made as.
   *
   * @param changed told once, where one has changed, is gone or was made anew
   */
  public TopicWatch watch(Consumer<TopicsUnavailable> changed) {
    return new TopicWatch(this::found, made, changed);
  }

  /**
   * A topic that is made anew has as many partitions as before, and one that came with a later
   * release as many as the one it belongs to.
   */
  private int wished(Topic topic, Map<String, Integer> before) {
    var was = made.get(topic.topicName());
    if (was != null) {
      return was.partitions();
    }
    return topic == Topic.ANCHORS
        ? before.getOrDefault(Topic.GRADIENTS.topicName(), topic.partitions())
        : topic.partitions();
  }

  private void register(Map<String, TopicRegister.Made> now) {
    var unregistered = new HashMap<>(now);
    unregistered.keySet().removeAll(made.keySet());
    // The register itself is none of what it says.
    unregistered.remove(Topic.CLUSTER.topicName());
    if (!unregistered.isEmpty()) {
      try {
        TopicRegister.write(kafka, unregistered);
      } catch (KafkaException e) {
        throw unavailable("register the topics", e);
      }
      made = registered();
      refuse(TopicRegister.differences(made, now));
    }
  }

  private Map<String, TopicRegister.Made> registered() {
    try {
      return TopicRegister.read(kafka);
    } catch (KafkaException e) {
      throw unavailable("read which topics there are to be", e);
    }
  }

  private static void refuse(List<Cause> problems) {
    if (!problems.isEmpty()) {
      throw new TopicsUnavailable(problems);
    }
  }

  /** The base topics that exist. */
  private Map<String, TopicRegister.Made> found() {
    var names = Arrays.stream(Topic.values()).map(Topic::topicName).toList();
    var all = new HashMap<String, TopicDescription>();
    admin
        .describeTopics(names)
        .topicNameValues()
        .forEach(
            (name, future) -> {
              try {
                all.put(name, future.get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS));
              } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                  throw unavailable("read topic " + name, e.getCause());
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw unavailable("read topic " + name, e);
              } catch (TimeoutException e) {
                throw unavailable("read topic " + name, e);
              }
            });
    return made(all);
  }

  private static Map<String, TopicRegister.Made> made(Map<String, TopicDescription> topics) {
    var all = new HashMap<String, TopicRegister.Made>();
    topics.forEach(
        (name, topic) ->
            all.put(
                name,
                new TopicRegister.Made(topic.topicId().toString(), topic.partitions().size())));
    return Map.copyOf(all);
  }

  /**
   * Creates the task topics of a lane, or of another {@link Topic#queue queue} of it, where
   * missing, one partition each, and sets how the lane's share group works where operators have
   * not.
   *
   * @throws TopicsUnavailable where the cluster does not answer or refuses
   */
  public void ensureLane(String queue) {
    // One partition per task topic: a partition that all workers share is taken over at once when
    // one of them dies, a partition with a single owner waits for that owner's session.
    create(
        Topic.tasks(queue).stream()
            .map(name -> newTopic(name, 1, Topic.taskTopicSettings()))
            .toList());
    checkLane(Topic.tasks(queue));
    ensureGroup(Topic.shareGroup(Topic.lane(queue)));
  }

  private void ensureGroup(String name) {
    var group = new ConfigResource(ConfigResource.Type.GROUP, name);
    var what = "set up the share group " + name;
    var described = await(admin.describeConfigs(List.of(group)).all(), what).get(group);
    var own = LaneGroup.own(described == null ? List.of() : described.entries());
    refuse(TopicRules.groupSettings(name, own));
    var missing = LaneGroup.missing(own);
    if (!missing.isEmpty()) {
      await(admin.incrementalAlterConfigs(Map.of(group, missing)).all(), what);
    }
  }

  private NewTopic newTopic(String name, int partitions, Map<String, String> settings) {
    return new NewTopic(name, partitions, replication).configs(settings);
  }

  private void create(List<NewTopic> wanted) {
    if (wanted.isEmpty()) {
      return;
    }
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

  private void checkSettings() {
    var topics = new HashMap<ConfigResource, Topic>();
    for (var topic : Topic.values()) {
      topics.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName()), topic);
    }
    var problems = new ArrayList<Cause>();
    configs(topics.keySet())
        .forEach(
            (resource, settings) ->
                Optional.ofNullable(topics.get(resource))
                    .ifPresent(
                        topic -> problems.addAll(TopicRules.settings(topic, values(settings)))));
    refuse(problems);
  }

  private void checkLane(List<String> topics) {
    var problems = new ArrayList<Cause>();
    configs(
            topics.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList())
        .forEach(
            (topic, settings) ->
                problems.addAll(TopicRules.taskSettings(topic.name(), values(settings))));
    refuse(problems);
  }

  private Map<ConfigResource, Config> configs(Collection<ConfigResource> topics) {
    return onceHeardOf(() -> admin.describeConfigs(topics).all(), "read the topics' settings");
  }

  private static Map<String, String> values(Config settings) {
    var all = new HashMap<String, String>();
    settings.entries().stream()
        .filter(entry -> entry.value() != null)
        .forEach(entry -> all.put(entry.name(), entry.value()));
    return all;
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
      case AuthorizationException e -> e.getMessage() + " The brokers check permissions.";
      case null -> "";
      default -> String.valueOf(why.getMessage());
    };
  }

  private static Cause cause(String what, String why) {
    return new Cause(
        Code.BROKERS_UNAVAILABLE,
        "kafka",
        what,
        why,
        "Check that the bootstrap servers are right, the brokers run and this user may create"
            + " topics.");
  }

  /** The cluster can't serve Sluice as it is. */
  public static final class TopicsUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Cause> causes;

    /**
     * @param causes everything that is wrong; not empty
     */
    public TopicsUnavailable(List<Cause> causes) {
      super(words(causes));
      this.causes = List.copyOf(causes);
    }

    TopicsUnavailable(Cause cause) {
      this(List.of(cause));
    }

    /** Everything that is wrong, why, and how to mend it. */
    public List<Cause> problems() {
      return causes;
    }

    private static String words(List<Cause> causes) {
      return causes.stream()
          .map(cause -> cause.what() + " " + (cause.why() + " " + cause.mend()).strip())
          .collect(Collectors.joining("\n  "));
    }
  }
}
