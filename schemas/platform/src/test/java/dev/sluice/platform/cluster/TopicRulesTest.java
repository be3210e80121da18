package dev.sluice.platform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Topics that others have made: brokers by themselves, or operators. */
class TopicRulesTest {

  /** As brokers make a topic of which a client asks, and nobody has said anything. */
  private static final Map<String, String> BY_ITSELF =
      Map.of(
          "cleanup.policy", "delete",
          "retention.ms", "604800000",
          "retention.bytes", "-1",
          "message.timestamp.type", "CreateTime",
          "max.message.bytes", "1048588");

  @Test
  void whatSluiceMakesIsAsItShouldBe() {
    for (var topic : Topic.values()) {
      assertThat(TopicRules.settings(topic, topic.settings())).as("%s", topic).isEmpty();
    }
    assertThat(TopicRules.taskSettings("sluice.tasks.cpu.low", Topic.taskTopicSettings()))
        .isEmpty();
  }

  @Test
  void aTopicThatABrokerHasMadeByItselfIsRefusedWithEverySettingToChange() {
    assertThat(words(TopicRules.settings(Topic.JOB_STATES, BY_ITSELF)))
        .containsExactly(
            "sluice.job-states has cleanup.policy=delete.",
            "sluice.job-states has message.timestamp.type=CreateTime.",
            "sluice.job-states has max.message.bytes=1048588.");
    assertThat(words(TopicRules.settings(Topic.GRADIENTS, BY_ITSELF)))
        .contains("sluice.gradients has retention.ms=604800000.");
    assertThat(words(TopicRules.settings(Topic.CHECKPOINTS, BY_ITSELF)))
        .contains("sluice.checkpoints has cleanup.policy=delete.");
    assertThat(words(TopicRules.taskSettings("sluice.tasks.cpu.low", BY_ITSELF)))
        .containsExactly(
            "sluice.tasks.cpu.low has message.timestamp.type=CreateTime.",
            "sluice.tasks.cpu.low has max.message.bytes=1048588.");
  }

  @Test
  void policiesHaveNoOrderAndHowLongJobsStayIsTheOperatorsToChoose() {
    assertThat(TopicRules.settings(Topic.CHECKPOINTS, Map.of("cleanup.policy", "delete,compact")))
        .isEmpty();
    assertThat(TopicRules.settings(Topic.JOBS, Map.of("retention.ms", "1000"))).isEmpty();
  }

  @Test
  void recordsOfEndedJobsCarryTheTimesThatTheyAreGivenAndAllOthersThoseOfTheBrokers() {
    var appended = Map.of(Topic.TIMESTAMPS, Topic.APPENDED);
    var given = Map.of(Topic.TIMESTAMPS, "CreateTime");

    for (var topic : Topic.values()) {
      boolean history = topic == Topic.JOB_HISTORY || topic == Topic.PREDICTIONS;
      assertThat(TopicRules.settings(topic, history ? given : appended)).as("%s", topic).isEmpty();
      assertThat(TopicRules.settings(topic, history ? appended : given))
          .as("%s", topic)
          .singleElement()
          .satisfies(
              cause ->
                  assertThat(cause.mend())
                      .contains(topic.topicName(), history ? "=CreateTime'" : "=LogAppendTime'"));
    }
  }

  @Test
  void howLongTheHistoryStaysIsTheOperatorsToChooseAndNotWhetherItIsCompacted() {
    assertThat(TopicRules.settings(Topic.JOB_HISTORY, Map.of("retention.ms", "1000"))).isEmpty();
    assertThat(words(TopicRules.settings(Topic.JOB_HISTORY, Map.of("cleanup.policy", "compact"))))
        .containsExactly("sluice.job-history has cleanup.policy=compact.");
  }

  @Test
  void topicsOfOnePartitionHaveOneAndThoseThatBelongTogetherAsMany() {
    var counts = new EnumMap<Topic, Integer>(Topic.class);
    for (var topic : Topic.values()) {
      counts.put(topic, topic.partitions());
    }
    assertThat(TopicRules.partitions(counts)).isEmpty();

    counts.put(Topic.FLEET, 3);
    counts.put(Topic.JOBS, 1);
    assertThat(words(TopicRules.partitions(counts)))
        .containsExactly(
            "sluice.fleet has 3 partitions.",
            "sluice.job-states has 4 partitions, sluice.jobs has 1.",
            "sluice.job-facts has 4 partitions, sluice.jobs has 1.",
            "sluice.job-history has 4 partitions, sluice.jobs has 1.",
            "sluice.predictions has 4 partitions, sluice.jobs has 1.");
  }

  @Test
  void aShareGroupThatWouldMissTasksOrDoUnissuedOnesIsRefusedAndTheRestIsTheOperators() {
    assertThat(TopicRules.groupSettings("sluice.lane.cpu", LaneGroup.SETTINGS)).isEmpty();
    assertThat(
            TopicRules.groupSettings(
                "sluice.lane.cpu", Map.of("share.record.lock.duration.ms", "20000")))
        .isEmpty();
    assertThat(
            words(
                TopicRules.groupSettings(
                    "sluice.lane.cpu",
                    Map.of(
                        "share.auto.offset.reset",
                        "latest",
                        "share.isolation.level",
                        "read_uncommitted"))))
        .containsExactly(
            "Share group sluice.lane.cpu has share.auto.offset.reset=latest.",
            "Share group sluice.lane.cpu has share.isolation.level=read_uncommitted.");
  }

  private static List<String> words(List<Cause> causes) {
    return causes.stream().map(Cause::what).toList();
  }
}
