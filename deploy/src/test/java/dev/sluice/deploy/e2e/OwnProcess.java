package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.Sluice;
import dev.sluice.deploy.standalone.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process of the {@code sluice} command line, as an operator runs it, and what it prints. */
final class OwnProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnProcess.class);

  /** What a JVM says that was told to stop and has stopped in time; 1 where it was cut off. */
  static final int TOLD_TO_STOP = 128 + 15;

  private static final Duration END_MAX = Duration.ofSeconds(60);

  private final String name;
  private final Process process;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();

  private OwnProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    Thread.ofPlatform().daemon().name(name + "-output").start(this::read);
  }

  /**
   * Starts one.
   *
   * @param name for the test's log
   * @param arguments command and options
   */
  static OwnProcess start(String name, List<String> arguments) throws IOException {
    var java = new JavaCommand("512m", Path.of(System.getProperty("java.io.tmpdir")), true);
    var builder = java.process(Sluice.class.getName(), arguments).redirectErrorStream(true);
    return new OwnProcess(name, builder.start());
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
        LOG.info("{} | {}", name, line);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("output of {} broke off", name, e);
    }
  }

  /** Everything that it has printed. */
  Collection<String> lines() {
    return lines;
  }

  /** Where its output holds a pattern, in order. */
  List<MatchResult> found(Pattern pattern) {
    return lines.stream().flatMap(line -> pattern.matcher(line).results()).toList();
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Sends a signal, such as {@code -STOP}. */
  void signal(String signal) throws IOException {
    Cluster.signal(signal, List.of(pid()));
  }

  /**
   * Tells it to stop, as SIGTERM does.
   *
   * @return its exit code
   */
  int terminate() throws Exception {
    tellToStop();
    return exit();
  }

  /** The same without waiting. */
  void tellToStop() {
    process.toHandle().destroy(); // Its streams stay open, so that its last words are read.
  }

  /** Waits for its end. */
  int exit() throws Exception {
    assertThat(process.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)).as("%s ends", name).isTrue();
    return process.exitValue();
  }

  /** Ends it as {@code kill -9} does. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
