package dev.sluice.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Priority;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicTest {

  @Test
  void partitionsAreThoseOfTheJavaProducer() {
    // Values from Kafka's own murmur2 test vectors, modulo 2^31 and the partition count.
    assertThat(Topic.partition("21", 1_000)).isEqualTo((-973932308 & 0x7fffffff) % 1_000);
    assertThat(Topic.partition("foobar", 1_000)).isEqualTo((-790332482 & 0x7fffffff) % 1_000);
  }

  @Test
  void everyTopicButThoseOfEndedJobsTakesItsTimeFromTheBroker() {
    var ofEndedJobs = List.of(Topic.JOB_HISTORY, Topic.PREDICTIONS);
    assertThat(ofEndedJobs)
        .allSatisfy(
            topic -> assertThat(topic.settings()).containsEntry(Topic.TIMESTAMPS, "CreateTime"));
    assertThat(Arrays.stream(Topic.values()).filter(topic -> !ofEndedJobs.contains(topic)))
        .allSatisfy(
            topic ->
                assertThat(topic.settings())
                    .containsEntry("message.timestamp.type", "LogAppendTime"));
  }

  @Test
  void whatMayBeMadeAnewIsMissedByNobodyWhoDoesNotSaySo() {
    assertThat(Arrays.stream(Topic.values()).filter(Topic::mayBeMadeAnew))
        .containsExactlyInAnyOrder(
            Topic.GRADIENTS,
            Topic.FLEET,
            Topic.LANES,
            Topic.DEAD_LETTERS,
            Topic.JOB_HISTORY,
            Topic.PREDICTIONS);
  }

  @Test
  void brokersRemoveNothingThatAFoldHasYetToRead() {
    assertThat(Arrays.stream(Topic.values()).filter(Topic::trimmedByItsReader))
        .containsExactly(Topic.GRADIENTS, Topic.PARAMETERS, Topic.ANCHORS, Topic.CLUSTER)
        .allSatisfy(
            topic ->
                assertThat(topic.settings())
                    .containsEntry("cleanup.policy", "delete")
                    .containsEntry("retention.ms", "-1")
                    .containsEntry("retention.bytes", "-1"));
  }

  @Test
  void aLaneHasOneTopicForEachPriorityMostUrgentFirst() {
    assertThat(Topic.tasks("cpu"))
        .containsExactly(
            "sluice.tasks.cpu.high", "sluice.tasks.cpu.normal", "sluice.tasks.cpu.low");
  }

  @Test
  void tasksThatNeedAnEngineHaveAQueueOfTheirOwnInItsLane() {
    assertThat(Topic.queue("cpu", "")).isEqualTo("cpu");
    var queue = Topic.queue("cpu", "pytorch 2.13");
    assertThat(queue).matches("cpu\\.[0-9a-f]{16}");
    assertThat(Topic.lane(queue)).isEqualTo("cpu");
    assertThat(Topic.tasks(queue, Priority.HIGH)).isEqualTo("sluice.tasks." + queue + ".high");
    assertThat(Topic.queue("cpu", "pytorch 2.14")).isNotEqualTo(queue);
  }

  @Test
  void aLanesTasksAreInItsOwnQueueAndInThoseOfItsEnginesAndInNoOtherLanes() {
    var engine = Topic.queue("cpu", "pytorch 2.13");
    var topics = new ArrayList<>(Topic.tasks(engine));
    topics.addAll(Topic.tasks(Topic.queue("cpu-2", "pytorch 2.13")));
    topics.addAll(Topic.tasks("cpu"));
    topics.addAll(List.of("sluice.jobs", "sluice.tasks.", "sluice.tasks", "tasks.cpu.x.high"));
    assertThat(Topic.tasks("cpu", topics))
        .containsExactly(
            "sluice.tasks.cpu.high",
            "sluice.tasks.cpu.normal",
            "sluice.tasks.cpu.low",
            "sluice.tasks." + engine + ".high",
            "sluice.tasks." + engine + ".normal",
            "sluice.tasks." + engine + ".low");
    // A lane may be declared before its topics are there.
    assertThat(Topic.tasks("npu", topics)).isEqualTo(Topic.tasks("npu"));
  }
}
