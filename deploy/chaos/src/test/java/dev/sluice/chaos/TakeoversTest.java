package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TakeoversTest {
  @TempDir private Path directory;

  private static long ms(LocalDateTime time) {
    return time.atZone(ZoneId.systemDefault()).toInstant().toEpochMilli();
  }

  private static String taken(String time, int partition) {
    return String.format(
        Locale.ROOT,
        "%s INFO  d.s.c.s.KafkaFoldStore - Fold partition %d taken over: offsets 0 to 9 to"
            + " replay.%n",
        time,
        partition);
  }

  private Path log(String name, String... lines) throws IOException {
    return Files.writeString(
        directory.resolve(name),
        String.join("", lines),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Test
  void isOverWhenEachPartitionHasAnOwnerInAnyLog() throws IOException {
    var one = log("1.log", taken("10:00:00.000", 1));
    var other = log("2.log", "");
    var lost = ms(LocalDateTime.of(2026, 3, 1, 10, 0, 1));
    var takeovers = new Takeovers(List.of(one, other), Set.of(1, 2), lost);

    assertThat(takeovers.lastMs()).as("what was said before does not count").isEmpty();
    log(
        "2.log",
        taken("10:00:02.500", 1),
        "10:00:02.600 WARN  d.s.c.s.CheckpointWriter - A checkpoint of fold partition 2 failed.\n");
    assertThat(takeovers.lastMs()).as("one is open").isEmpty();
    log("1.log", taken("10:00:03.250", 2), taken("10:00:09.000", 2));
    assertThat(takeovers.lastMs()).hasValue(2_250);
  }

  @Test
  void goesOnAfterMidnight() throws IOException {
    var one = log("1.log", "");
    var takeovers =
        new Takeovers(
            List.of(one), Set.of(3), ms(LocalDateTime.of(2026, 3, 1, 23, 59, 59, 500_000_000)));

    log("1.log", taken("00:00:01.000", 3));

    assertThat(takeovers.lastMs()).hasValue(1_500);
  }

  @Test
  void whoFoldedNothingLeavesNothing() throws IOException {
    assertThat(new Takeovers(List.of(), Set.of(), 0).lastMs()).isEmpty();
  }
}
