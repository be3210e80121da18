package dev.sluice.deploy.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.producer.ProducerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What processes may take by their settings fits the heaps that the launcher gives them. */
class HeapsTest {

  private static final Pattern PRODUCER = Pattern.compile("producer\\) heap=(\\d+)m");

  @Test
  void filesOnTheirWayTakeAQuarterOfAProducersHeapAtMost() throws IOException {
    var launcher = PRODUCER.matcher(Files.readString(Path.of("sluice")));
    assertThat(launcher.find()).isTrue();
    long heapBytes = Long.parseLong(launcher.group(1)) << 20;

    int bytes = ProducerConfig.of(Map.of("bootstrap-servers", "a:1")).transferBytesMax();

    assertThat((long) bytes).isLessThanOrEqualTo(heapBytes / 4);
    assertThat(bytes / ArtifactStore.TRANSFER_BYTES).as("files at one time").isGreaterThan(8);
  }
}
