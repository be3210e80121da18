package dev.sluice.deploy.standalone;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker JVM, its lifeline, and the last that it said. */
final class WorkerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);

  private static final int LINES_MAX = 30;
  private static final int LINE_CHARS_MAX = 1_000;

  private final int number;
  private final Process process;
  private final Thread reader;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final CrashText crash = new CrashText();
  private final long startedNanos = System.nanoTime();

  /**
   * @param number of the worker, from 1
   * @param process just started
   * @param lines is told what the worker prints, line by line, on a thread of its own
   */
  WorkerProcess(int number, Process process, Consumer<String> lines) {
    this.number = number;
    this.process = process;
    this.reader =
        // Reading from a process holds a virtual thread's carrier: with a worker per core, none
        // would be left for the producer's requests.
        Thread.ofPlatform()
            .daemon()
            .name("sluice-worker-" + number + "-output")
            .start(() -> read(process, lines));
  }

  int number() {
    return number;
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  /** Completes with the exit code once the process has ended. */
  CompletableFuture<Integer> ended() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /** What the process printed last, at most some lines; complete once it has ended. */
  List<String> lastLines() {
    synchronized (lastLines) {
      return List.copyOf(lastLines);
    }
  }

  /** How it crashed in native code, if it did; complete once everything it printed was read. */
  Optional<String> crash() {
    return crash.sentence();
  }

  /** Asks the process to finish what it does and end: it ends with its standard input. */
  void askToStop() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("worker {} had closed its input: {}", number, e.getMessage());
    }
  }

  /** Ends the process at once, as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
  }

  /** Waits for the end; returns whether it came in time. */
  boolean await(Duration within) {
    try {
      return process.waitFor(Math.max(0, within.toNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  /** Waits until everything that the ended process printed was read. */
  void awaitOutput(Duration within) {
    try {
      reader.join(within);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(Process from, Consumer<String> lines) {
    try (BufferedReader in = from.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (crash.takes(line)) {
          continue;
        }
        var kept =
            line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) + "..." : line;
        synchronized (lastLines) {
          lastLines.addLast(kept);
          if (lastLines.size() > LINES_MAX) {
            lastLines.removeFirst();
          }
        }
        lines.accept(kept);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("output of worker {} broke off: {}", number, e.getMessage());
    }
  }
}
