package dev.sluice.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TopicTest {

  @Test
  void partitionsAreThoseOfTheJavaProducer() {
    // Values from Kafka's own murmur2 test vectors, modulo 2^31 and the partition count.
    assertThat(Topic.partition("21", 1_000)).isEqualTo((-973932308 & 0x7fffffff) % 1_000);
    assertThat(Topic.partition("foobar", 1_000)).isEqualTo((-790332482 & 0x7fffffff) % 1_000);
  }

  @Test
  void everyTopicTakesItsTimeFromTheBroker() {
    assertThat(Arrays.stream(Topic.values()))
        .allSatisfy(
            topic ->
                assertThat(topic.settings())
                    .containsEntry("message.timestamp.type", "LogAppendTime"));
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
}
