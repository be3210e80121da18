package dev.sluice.benchmark.process;

import dev.sluice.deploy.standalone.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process of this class path, and when it said what. It holds the other end of its standard input
 * in hand, so that it ends with this one, in whatever way that happens.
 */
public final class TimedProcess implements AutoCloseable {

  /** Of a service. */
  private static final String HEAP = "768m";

  private static final Duration STOP_MAX = Duration.ofSeconds(30);
  private static final String RESIDENT = "VmRSS:";

  /**
   * Something that it said.
   *
   * @param nanos when, since its start
   * @param found where a pattern matches it
   */
  public record Said(long nanos, MatchResult found) {}

  private record Line(long nanos, String text) {}

  private final Process process;
  private final long begunNanos;

  // Guarded by itself.
  private final List<Line> lines = new ArrayList<>();

  private TimedProcess(Process process, long begunNanos) {
    this.process = process;
    this.begunNanos = begunNanos;
    Thread.ofPlatform().daemon().name("output-" + process.pid()).start(this::read);
  }

  /**
   * Starts one of the {@code sluice} command line.
   *
   * @param scratch directory for its temporary files
   * @param archive whether with the archive of classes, where there is one
   * @param arguments command and options
   */
  public static TimedProcess sluice(Path scratch, boolean archive, List<String> arguments)
      throws IOException {
    var all = new ArrayList<>(List.of(Child.SLUICE));
    all.addAll(arguments);
    return start(new JavaCommand(HEAP, scratch, false, archive), all);
  }

  /**
   * Starts one.
   *
   * @param scratch directory for its temporary files
   * @param heap size of its Java heap, as -Xmx takes it
   * @param arguments of {@link Child}
   */
  public static TimedProcess start(Path scratch, String heap, List<String> arguments)
      throws IOException {
    return start(new JavaCommand(heap, scratch, false), arguments);
  }

  private static TimedProcess start(JavaCommand java, List<String> arguments) throws IOException {
    var builder = java.process(Child.class.getName(), arguments).redirectErrorStream(true);
    long begunNanos = System.nanoTime();
    return new TimedProcess(builder.start(), begunNanos);
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(new Line(sinceStart(), line));
          lines.notifyAll();
        }
      }
    } catch (IOException | UncheckedIOException e) {
      synchronized (lines) {
        lines.add(new Line(sinceStart(), e.toString()));
      }
    }
  }

  /**
   * What it has taken so far.
   *
   * @param nanos time
   * @param cpuNanos processor time, which others on the machine change less
   */
  public record Taken(long nanos, long cpuNanos) {}

  /** What it has taken so far. */
  public Taken taken() {
    long nanos = sinceStart();
    return new Taken(nanos, process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos());
  }

  /** Time since its start in nanoseconds. */
  public long sinceStart() {
    return System.nanoTime() - begunNanos;
  }

  /**
   * Waits until it has said something so many times.
   *
   * @return the last of them
   * @throws IllegalStateException where it ends before, or does not say it in time
   */
  public Said await(Pattern what, int times, Duration within) throws InterruptedException {
    long untilNanos = System.nanoTime() + within.toNanos();
    synchronized (lines) {
      while (true) {
        var found = found(what);
        if (found.size() >= times) {
          return found.get(times - 1);
        }
        long leftMs = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
        if (leftMs <= 0 || !process.isAlive()) {
          throw new IllegalStateException(
              String.format(
                  Locale.ROOT,
                  "'%s' was said %d times, and not %d: %s",
                  what,
                  found.size(),
                  times,
                  lines.stream().map(Line::text).toList()));
        }
        lines.wait(Math.min(leftMs, TimeUnit.SECONDS.toMillis(1))); // its end is no line
      }
    }
  }

  private List<Said> found(Pattern what) {
    return lines.stream()
        .flatMap(
            line ->
                Stream.of(what.matcher(line.text))
                    .filter(Matcher::find)
                    .map(matcher -> new Said(line.nanos, matcher.toMatchResult())))
        .toList();
  }

  /** Resident memory in MiB; 0 where the system does not tell. */
  public long residentMiB() throws IOException {
    var status = Path.of("/proc", String.valueOf(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(RESIDENT))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
        .findFirst()
        .orElse(0);
  }

  /** Tells it to stop, and waits for that. */
  @Override
  public void close() {
    process.toHandle().destroy();
    try {
      if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
