package dev.sluice.platform.cluster;

import java.util.List;
import java.util.Map;

/**
 * What brokers say of themselves, as far as Sluice depends on it.
 *
 * @param brokers brokers of the cluster, those that are down for now included
 * @param metadataVersions the latest {@code metadata.version} that each broker's release knows, by
 *     node id; 0 where it knows none; a broker that did not say is absent
 * @param shareVersion finalised level of {@code share.version}; 0 where share groups are off
 * @param settings each broker's configuration, by node id; empty where it may not be read
 * @param topics those of Kafka's and Sluice's topics that exist, by name
 * @param denied what the brokers did not let this process do
 */
record ClusterFacts(
    int brokers,
    Map<Integer, Integer> metadataVersions,
    int shareVersion,
    Map<Integer, Map<String, String>> settings,
    Map<String, TopicFacts> topics,
    List<Denied> denied) {

  ClusterFacts {
    metadataVersions = Map.copyOf(metadataVersions);
    settings = Map.copyOf(settings);
    topics = Map.copyOf(topics);
    denied = List.copyOf(denied);
  }

  /**
   * A topic that exists.
   *
   * @param replicas copies of the partition that has fewest
   * @param settings its configuration; empty where it may not be read
   */
  record TopicFacts(int replicas, Map<String, String> settings) {

    /** A topic that may not be looked at: it is not judged. */
    static final TopicFacts UNKNOWN = new TopicFacts(0, Map.of());

    TopicFacts {
      settings = Map.copyOf(settings);
    }
  }

  /**
   * Something that is not allowed.
   *
   * @param operation as in Kafka's access lists, such as Describe
   * @param resource what it was to be done with, as {@code kafka-acls.sh} takes it
   */
  record Denied(String operation, String resource) {}
}
