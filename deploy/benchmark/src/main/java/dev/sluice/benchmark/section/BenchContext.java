package dev.sluice.benchmark.section;

import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.process.ChildResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where sections measure: one cluster at a time, with two workers, and a directory. */
public final class BenchContext implements AutoCloseable {
  /** Workers of a cluster. */
  static final int WORKERS = 2;

  /** What a client of Kafka needs beside its buffers. */
  private static final String HEAP = "1g";

  /** Start and end of a child, beside what it measures. */
  private static final Duration CHILD_MAX = Duration.ofSeconds(60);

  private final Path launcher;
  private final Path directory;
  private final double seconds;
  private final int ratePerSecond;
  private @Nullable BenchCluster cluster;
  private @Nullable Kind kind;
  private int clusters;

  /** How a cluster is set. */
  enum Kind {
    /** As a user has it. */
    USUAL,
    /** Inference tasks of four rows, so that a job has many. */
    SMALL_TASKS;

    /** Options of {@code up}. */
    private List<String> options() {
      return switch (this) {
        case USUAL -> List.of();
        case SMALL_TASKS ->
            List.of(
                "--set-coordinator", "rows-per-task=4", "--set-coordinator", "rows-per-task-max=4");
      };
    }
  }

  /**
   * @param launcher {@code deploy/sluice}
   * @param directory for data, logs and scripts
   * @param seconds how long each measurement takes
   * @param ratePerSecond jobs in a second, where they come at a fixed rate
   */
  public BenchContext(Path launcher, Path directory, double seconds, int ratePerSecond) {
    this.launcher = launcher;
    this.directory = directory;
    this.seconds = seconds;
    this.ratePerSecond = ratePerSecond;
  }

  Path launcher() {
    return launcher;
  }

  Path directory() {
    return directory;
  }

  double seconds() {
    return seconds;
  }

  int ratePerSecond() {
    return ratePerSecond;
  }

  /** The UCI digits: 1,797 rows of 64 features, the label last. */
  Path digits() {
    return launcher.resolveSibling("quickstart.d").resolve("digits.csv.gz");
  }

  /** The cluster that runs, where it is of that kind; otherwise another, in its place. */
  synchronized BenchCluster cluster(Kind wanted) throws IOException, InterruptedException {
    var running = cluster;
    if (running != null && kind == wanted) {
      return running;
    }
    release();
    var options = new ArrayList<>(List.of("--workers", String.valueOf(WORKERS)));
    options.addAll(wanted.options());
    var started = BenchCluster.start(launcher, directory.resolve("up-" + ++clusters), options);
    cluster = started;
    kind = wanted;
    return started;
  }

  /** Ends the cluster that runs, so that the next one is fresh and what follows has the machine. */
  public synchronized void release() {
    var running = cluster;
    cluster = null;
    if (running != null) {
      running.close();
    }
  }

  /**
   * Runs a process that measures one thing.
   *
   * @param type what it finds
   * @param arguments of {@link dev.sluice.benchmark.process.Child}
   */
  <T> T bare(Class<T> type, String... arguments) throws IOException, InterruptedException {
    var within = CHILD_MAX.plusMillis((long) (seconds * 3_000));
    return ChildResult.of(directory.resolve("tmp"), HEAP, List.of(arguments), type, within);
  }

  /** A number of seconds as an argument. */
  static String text(double seconds) {
    return String.format(Locale.ROOT, "%.2f", seconds);
  }

  @Override
  public void close() {
    release();
  }
}
