package dev.sluice.benchmark.peer;

import dev.sluice.deploy.broker.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** BullMQ over Redis: a queue of jobs that keeps them in memory. */
public final class BullMq {
  private static final String FOLDER = "SLUICE_BENCH_BULLMQ";
  private static final Duration LOOK_MAX = Duration.ofSeconds(20);
  private static final Duration START_MAX = Duration.ofSeconds(60);

  private BullMq() {}

  /**
   * Runs jobs that do nothing, one after the other's submission.
   *
   * @param directory for the script and the data of Redis
   * @param seconds how long
   * @return {@code jobsPerSecond}, {@code submittedPerSecond}
   */
  public static PeerFound run(Path directory, double seconds) throws InterruptedException {
    @Nullable String folder = System.getenv(FOLDER);
    if (folder == null || !Files.isDirectory(Path.of(folder, "node_modules", "bullmq"))) {
      return PeerFound.absent(
          "no BullMQ (npm install bullmq ioredis, and set "
              + FOLDER
              + " to the folder of node_modules)");
    }
    for (var program : List.of("node", "redis-server")) {
      if (!there(program)) {
        return PeerFound.absent("there is no " + program + " on the PATH");
      }
    }
    try {
      var script = Program.script("bullmq.cjs", directory);
      var command =
          List.of(
              "node",
              script.toString(),
              String.valueOf(Ports.free(1).getFirst()),
              directory.toString(),
              String.format(Locale.ROOT, "%.1f", seconds));
      var modules = Map.of("NODE_PATH", Path.of(folder, "node_modules").toString());
      var within = START_MAX.plusMillis((long) (seconds * 4_000));
      return PeerFound.read(Program.run(command, modules, within).lines());
    } catch (IOException e) {
      return PeerFound.absent(String.valueOf(e.getMessage()));
    }
  }

  private static boolean there(String program) throws InterruptedException {
    try {
      return Program.run(List.of(program, "--version"), Map.of(), LOOK_MAX).code() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
