package dev.sluice.producer.lag;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class GroupWordsTest {

  private static final TopicPartition JOBS = new TopicPartition("sluice.jobs", 2);
  private static final long LATER = TimeUnit.SECONDS.toNanos(60);

  private final GroupWords words = new GroupWords();

  @Test
  void whatACoordinatorSaysIsRepeatedWhileItIsSaidAnew() {
    say("waits for at most 9 s more", 0);
    say("waits for at most 8 s more", LATER);

    assertThat(words.standstills(LATER))
        .extracting(Standstill::text)
        .containsExactly("sluice.jobs-2 waits for at most 8 s more.");
  }

  @Test
  void whatACoordinatorSaidThatIsGoneIsNotBelieved() {
    say("waits for at most 9 s more", 0);
    say("waits for at most 9 s more", LATER);

    assertThat(words.standstills(LATER)).isEmpty();
  }

  @Test
  void whatGoesOnIsNotSaidToStandStill() {
    say("waits for at most 9 s more", 0);
    say("", 1);

    assertThat(words.standstills(1)).isEmpty();
  }

  private void say(String text, long nowNanos) {
    words.hear(Map.of(JOBS, new OffsetAndMetadata(3, text)), nowNanos);
  }
}
