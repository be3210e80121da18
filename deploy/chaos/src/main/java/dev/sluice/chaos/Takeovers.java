package dev.sluice.chaos;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** How soon fold partitions were taken over, as the coordinators' own logs tell from now on. */
final class Takeovers {
  private static final Pattern TAKEN_OVER =
      Pattern.compile(
          "^(\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) .*Fold partition (\\d+) taken over", Pattern.MULTILINE);

  /** Some seconds of a coordinator's log. */
  private static final int BYTES_MAX = 1 << 20;

  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  private final Set<Integer> partitions;
  private final long lostMs;
  private final Map<Path, Long> from = new HashMap<>();

  /**
   * @param logs of all coordinators
   * @param partitions those of the one that is lost
   * @param lostMs when it is lost
   */
  Takeovers(List<Path> logs, Set<Integer> partitions, long lostMs) throws IOException {
    this.partitions = Set.copyOf(partitions);
    this.lostMs = lostMs;
    for (var log : logs) {
      from.put(log, Files.size(log));
    }
  }

  /**
   * How long it took until each partition had an owner again.
   *
   * @return milliseconds of the last one; empty where there are none, or one has none yet
   */
  OptionalLong lastMs() throws IOException {
    var first = new HashMap<Integer, Long>();
    for (var log : from.entrySet()) {
      var lines = TAKEN_OVER.matcher(tail(log.getKey(), log.getValue()));
      while (lines.find()) {
        first.merge(Integer.parseInt(lines.group(2)), sinceLostMs(lines.group(1)), Math::min);
      }
    }
    return first.keySet().containsAll(partitions)
        ? partitions.stream().mapToLong(part -> first.getOrDefault(part, 0L)).max()
        : OptionalLong.empty();
  }

  /** A line has the time of day only. */
  private long sinceLostMs(String timeOfDay) {
    var lost = LocalTime.ofInstant(Instant.ofEpochMilli(lostMs), ZoneId.systemDefault());
    return Math.floorMod(lost.until(LocalTime.parse(timeOfDay), ChronoUnit.MILLIS), DAY_MS);
  }

  private static String tail(Path log, long from) throws IOException {
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      var bytes = new byte[(int) Math.min(BYTES_MAX, Math.max(0, file.length() - from))];
      file.seek(from);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
