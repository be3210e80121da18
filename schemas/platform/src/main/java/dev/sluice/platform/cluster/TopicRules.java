package dev.sluice.platform.cluster;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What topics must be like, whoever made them: brokers make some by themselves, where they may. */
final class TopicRules {

  private static final String LARGEST_RECORD = "max.message.bytes";

  private TopicRules() {}

  /**
   * What is wrong with the settings of a topic.
   *
   * @param settings as the brokers say; what they don't say is not judged
   */
  static List<Cause> settings(Topic topic, Map<String, String> settings) {
    return settings(
        topic.topicName(),
        topic.retention(),
        topic.timestamps(),
        topic.trimmedByItsReader()
            ? "Brokers would remove what a slow or paused job has yet to read."
            : "Brokers would remove, or keep, other records than Sluice supposes.",
        settings);
  }

  /** What is wrong with the settings of a lane's topic. */
  static List<Cause> taskSettings(String name, Map<String, String> settings) {
    return settings(
        name,
        Map.of("cleanup.policy", "delete"),
        Topic.APPENDED,
        "Brokers would remove other tasks than those that are done.",
        settings);
  }

  /**
   * What is wrong with the settings of a lane's share group.
   *
   * @param settings those that are set for it
   */
  static List<Cause> groupSettings(String group, Map<String, String> settings) {
    var all = new ArrayList<Cause>();
    new TreeMap<>(LaneGroup.NEEDED)
        .forEach(
            (setting, value) -> {
              var is = settings.getOrDefault(setting, value);
              if (!is.equals(value)) {
                all.add(
                    new Cause(
                        Code.TOPIC_SETTINGS,
                        group,
                        "Share group " + group + " has " + setting + "=" + is + ".",
                        "Workers would miss tasks, or do some that were never issued.",
                        "Set it to %s: kafka-configs.sh --alter --group %s --add-config '%s=%s'."
                            .formatted(value, group, setting, value)));
              }
            });
    return all;
  }

  private static List<Cause> settings(
      String name,
      Map<String, String> retention,
      String timestamps,
      String otherwise,
      Map<String, String> settings) {
    var all = new ArrayList<Cause>();
    var wanted = new HashMap<>(retention);
    wanted.put(Topic.TIMESTAMPS, timestamps);
    new TreeMap<>(wanted)
        .forEach(
            (setting, value) -> {
              var is = settings.get(setting);
              if (is != null && !same(value, is)) {
                var why =
                    retention.containsKey(setting)
                        ? otherwise
                        : "Ages and deadlines are told by the times of records, as they are meant.";
                all.add(wrong(name, setting, is, why, value));
              }
            });
    var largest = settings.get(LARGEST_RECORD);
    if (largest != null && Long.parseLong(largest) < Codec.RECORD_BYTES_MAX) {
      all.add(
          wrong(
              name,
              LARGEST_RECORD,
              largest,
              "Larger records would be refused, and what they belong to would stop.",
              String.valueOf(Codec.RECORD_BYTES_MAX)));
    }
    return all;
  }

  /** Lists have no order. */
  private static boolean same(String wanted, String is) {
    return List.of(wanted.split(",", -1)).stream()
        .sorted()
        .toList()
        .equals(List.of(is.split(",", -1)).stream().sorted().toList());
  }

  private static Cause wrong(String topic, String setting, String is, String why, String wanted) {
    return new Cause(
        Code.TOPIC_SETTINGS,
        topic,
        topic + " has " + setting + "=" + is + ".",
        why,
        "Set it to %s: kafka-configs.sh --alter --topic %s --add-config '%s=%s'."
            .formatted(wanted, topic, setting, wanted.contains(",") ? "[" + wanted + "]" : wanted));
  }

  /** What is wrong with the numbers of partitions. */
  static List<Cause> partitions(Map<Topic, Integer> counts) {
    var all = new ArrayList<Cause>();
    counts.forEach(
        (topic, count) -> {
          if (topic.partitions() == 1 && count > 1) {
            all.add(
                new Cause(
                    Code.TOPIC_SETTINGS,
                    topic.topicName(),
                    topic.topicName() + " has " + count + " partitions.",
                    "It has one, and readers look at no other.",
                    remove(topic.topicName()) + "with one partition."));
          }
        });
    together(counts, Topic.JOBS, Topic.JOB_STATES, all);
    together(counts, Topic.JOBS, Topic.JOB_FACTS, all);
    together(counts, Topic.JOBS, Topic.JOB_HISTORY, all);
    together(counts, Topic.JOBS, Topic.PREDICTIONS, all);
    together(counts, Topic.GRADIENTS, Topic.PARAMETERS, all);
    together(counts, Topic.GRADIENTS, Topic.CHECKPOINTS, all);
    together(counts, Topic.GRADIENTS, Topic.ANCHORS, all);
    return all;
  }

  /**
   * How to come by a topic as it was. Of brokers that stop with {@code sluice up} it can only be
   * removed while they run.
   *
   * @return without the end of its last sentence
   */
  static String remove(String topic) {
    return "Stop producers, coordinators and workers, remove the topic with kafka-topics.sh"
        + " --delete --topic "
        + topic
        + ", and start them. Where `sluice up` runs, whose broker stops with it, remove the topic"
        + " before you stop it. It is made anew ";
  }

  private static void together(
      Map<Topic, Integer> counts, Topic one, Topic other, List<Cause> all) {
    if (!Objects.equals(counts.get(one), counts.get(other))) {
      all.add(
          new Cause(
              Code.TOPIC_SETTINGS,
              other.topicName(),
              String.format(
                  Locale.ROOT,
                  "%s has %d partitions, %s has %d.",
                  other.topicName(),
                  counts.get(other),
                  one.topicName(),
                  counts.get(one)),
              "Partition p of one belongs to partition p of the other.",
              "Create both topics with the same number of partitions, on a cluster without jobs."));
    }
  }
}
