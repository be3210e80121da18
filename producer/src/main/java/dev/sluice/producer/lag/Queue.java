package dev.sluice.producer.lag;

import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import java.util.List;

/**
 * Something that work waits in: one group's backlog in one or more topics.
 *
 * @param name the lane, or the topic
 * @param kind who takes work from it
 * @param group the group whose progress counts
 * @param topics the topics; of a lane those of its own queue, beside which its engines may have
 *     some
 */
public record Queue(String name, Kind kind, String group, List<String> topics) {

  /** Who takes work from a queue. */
  public enum Kind {
    /** A lane's workers, through a share group. */
    LANE,
    /** The coordinator, through a group's committed offsets. */
    TOPIC
  }

  /** What the ledger has not decided on yet. */
  public static final Queue LEDGER = topic(Topic.JOBS, Groups.lag(Groups.LEDGER));

  /** What the fold has not folded yet. */
  public static final Queue FOLD = topic(Topic.GRADIENTS, Groups.lag(Groups.FOLD));

  public Queue {
    topics = List.copyOf(topics);
  }

  /** The task topics of a lane. */
  public static Queue lane(String lane) {
    return new Queue(lane, Kind.LANE, Topic.shareGroup(lane), Topic.tasks(lane));
  }

  private static Queue topic(Topic topic, String group) {
    return new Queue(topic.topicName(), Kind.TOPIC, group, List.of(topic.topicName()));
  }
}
