package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {

  private final KafkaSettings kafka = KafkaSettings.of("127.0.0.1:1");

  /** A consumer that resets itself passes over records, or gives them twice, and says nothing. */
  @Test
  void noReaderIsSetBackToAnotherPlaceInSilence() {
    assertThat(
            List.of(
                kafka.groupReader("group", "client", 1_000),
                kafka.committedReader(),
                kafka.committedScan(),
                kafka.uncommittedReader(),
                kafka.pieceReader(),
                kafka.batchReader()))
        .allSatisfy(reader -> assertThat(reader).containsEntry("auto.offset.reset", "none"));
  }
}
