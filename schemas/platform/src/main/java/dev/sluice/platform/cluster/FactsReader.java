package dev.sluice.platform.cluster;

import dev.sluice.platform.cluster.ClusterFacts.Denied;
import dev.sluice.platform.cluster.ClusterFacts.TopicFacts;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeFeaturesOptions;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks brokers for what {@link Fitness} judges. */
final class FactsReader {

  private static final Logger LOG = LoggerFactory.getLogger(FactsReader.class);

  static final int ASK_MS_MAX = 2_500;
  static final String OWN_TOPICS = "--topic sluice. --resource-pattern-type prefixed";
  private static final String METADATA_VERSION = "metadata.version";
  private static final String SHARE_VERSION = "share.version";

  private final Admin admin;
  private final List<Denied> denied = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  private FactsReader(Admin admin) {
    this.admin = admin;
  }

  /**
   * What was read.
   *
   * @param facts what the brokers said
   * @param findings what kept them from saying it; the facts are of no use where there are any
   */
  record Read(ClusterFacts facts, List<Finding> findings) {}

  /** A client that does not wait long. */
  static Admin admin(KafkaSettings kafka) {
    var settings = new HashMap<>(kafka.admin());
    settings.put("default.api.timeout.ms", ASK_MS_MAX);
    settings.put("request.timeout.ms", ASK_MS_MAX);
    return Admin.create(settings);
  }

  static Read read(Admin admin) {
    return new FactsReader(admin).read();
  }

  private Read read() {
    // Brokers that are down for now count: topics find room on them.
    var fenced =
        admin.describeCluster(new DescribeClusterOptions().includeFencedBrokers(true)).nodes();
    var nodes = answer(admin.describeCluster().nodes(), "Describe", "--cluster").orElse(List.of());
    int brokers = Math.max(nodes.size(), quiet(fenced).map(Collection::size).orElse(0));
    var features = new HashMap<Integer, KafkaFuture<FeatureMetadata>>();
    for (var node : nodes) {
      features.put(
          node.id(),
          admin
              .describeFeatures(new DescribeFeaturesOptions().nodeId(node.id()))
              .featureMetadata());
    }
    var settings = brokerSettings(nodes);
    var topics = topics();
    var levels = new HashMap<Integer, Integer>();
    int shareVersion = 0;
    for (var entry : features.entrySet()) {
      // One that has just died or hangs is still listed for a while: the others know as well.
      var found =
          features.size() == 1
              ? answer(entry.getValue(), "Describe", "--cluster")
              : quiet(entry.getValue());
      if (found.isPresent()) {
        var supported = found.get().supportedFeatures().get(METADATA_VERSION);
        levels.put(entry.getKey(), supported == null ? 0 : (int) supported.maxVersion());
        var share = found.get().finalizedFeatures().get(SHARE_VERSION);
        shareVersion = Math.max(shareVersion, share == null ? 0 : share.maxVersionLevel());
      }
    }
    if (levels.isEmpty()) {
      unanswered("no broker says what it supports");
    }
    var facts = new ClusterFacts(brokers, levels, shareVersion, settings, topics, denied);
    return new Read(facts, List.copyOf(findings));
  }

  private Map<Integer, Map<String, String>> brokerSettings(Collection<Node> nodes) {
    var resources =
        nodes.stream()
            .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
            .toList();
    var all = new HashMap<Integer, Map<String, String>>();
    admin
        .describeConfigs(resources)
        .values()
        .forEach(
            (broker, future) ->
                quiet(future)
                    .ifPresent(config -> all.put(Integer.valueOf(broker.name()), values(config))));
    return all;
  }

  private Map<String, TopicFacts> topics() {
    var own = Arrays.stream(Topic.values()).map(Topic::topicName).toList();
    var descriptions = new HashMap<String, TopicDescription>();
    var asked = admin.describeTopics(own).topicNameValues();
    var hidden = admin.describeTopics(Fitness.internalTopics()).topicNameValues();
    asked.forEach(
        (name, future) ->
            answer(future, "Describe", OWN_TOPICS)
                .ifPresent(topic -> descriptions.put(name, topic)));
    var all = new HashMap<String, TopicFacts>();
    hidden.forEach(
        (name, future) -> {
          if (isDenied(future)) {
            all.put(name, TopicFacts.UNKNOWN);
          } else {
            answer(future, "Describe", "--topic " + name)
                .ifPresent(topic -> descriptions.put(name, topic));
          }
        });
    var configs =
        admin
            .describeConfigs(
                descriptions.keySet().stream()
                    .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                    .toList())
            .values();
    configs.forEach(
        (topic, future) -> {
          var description = descriptions.get(topic.name());
          if (description != null) {
            var settings = quiet(future).map(FactsReader::values).orElse(Map.of());
            all.put(topic.name(), new TopicFacts(replicas(description), settings));
          }
        });
    return all;
  }

  /** Whoever may not look at Kafka's own topics has no say in them. */
  private static boolean isDenied(KafkaFuture<?> future) {
    try {
      future.get(2L * ASK_MS_MAX, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return e.getCause() instanceof AuthorizationException;
    } catch (TimeoutException e) {
      LOG.debug("Not known: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private static int replicas(TopicDescription topic) {
    return topic.partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
  }

  private static Map<String, String> values(Config config) {
    var all = new HashMap<String, String>();
    for (ConfigEntry entry : config.entries()) {
      if (entry.value() != null) {
        all.put(entry.name(), entry.value());
      }
    }
    return all;
  }

  /** An answer without which nothing can be judged, unless what it is about does not exist. */
  private <T> Optional<T> answer(KafkaFuture<T> future, String operation, String resource) {
    try {
      return Optional.of(future.get(2L * ASK_MS_MAX, TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case UnknownTopicOrPartitionException _ -> LOG.debug("{} does not exist.", resource);
        case AuthorizationException _ -> deny(new Denied(operation, resource));
        case UnsupportedVersionException old ->
            findings.add(
                Finding.setting(
                    Code.BROKERS_UNFIT,
                    "kafka",
                    "The brokers are of an older Kafka: " + old.getMessage() + ".",
                    "Sluice needs Kafka 4.4 or later.",
                    "Upgrade the brokers to Kafka 4.4."));
        case null, default -> unanswered(String.valueOf(e.getCause()));
      }
    } catch (TimeoutException e) {
      unanswered("no answer within " + 2 * ASK_MS_MAX + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      unanswered("interrupted");
    }
    return Optional.empty();
  }

  private void deny(Denied what) {
    if (!denied.contains(what)) {
      denied.add(what);
    }
  }

  private void unanswered(String why) {
    if (findings.isEmpty()) {
      findings.add(
          Finding.away(
              "kafka",
              "The brokers can be reached, and don't say what they are.",
              why + ".",
              "Look into the brokers' logs: they may be starting, or without a controller."));
    }
  }

  /** An answer that one can do without. */
  private static <T> Optional<T> quiet(KafkaFuture<T> future) {
    try {
      return Optional.of(future.get(2L * ASK_MS_MAX, TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Not known: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }
}
