package dev.sluice.deploy.chaos;

import dev.sluice.deploy.chaos.Fault.Kind;
import dev.sluice.deploy.standalone.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One process of the cluster, through all its incarnations. Safe for use by several threads; {@link
 * #state} and {@link #endedByItself} wait for nobody.
 */
final class Member {

  /** Whether it can be hit. */
  enum State {
    UP,
    STOPPED,
    DOWN
  }

  private static final Duration END_MAX = Duration.ofSeconds(20);

  private final Kind kind;
  private final int number;
  private final JavaCommand java;
  private final Path log;
  private final IntFunction<List<String>> arguments;
  private volatile @Nullable Process process;
  private volatile State state = State.DOWN;
  private int incarnation;

  /**
   * @param kind kind of process
   * @param number from 1
   * @param java how to start its JVM
   * @param log file to which everything goes that it prints
   * @param arguments of {@link Tethered}, for each incarnation, from 1
   */
  Member(Kind kind, int number, JavaCommand java, Path log, IntFunction<List<String>> arguments) {
    this.kind = kind;
    this.number = number;
    this.java = java;
    this.log = log;
    this.arguments = arguments;
  }

  Kind kind() {
    return kind;
  }

  State state() {
    return state;
  }

  /** A name for people, such as worker 2. */
  String name() {
    return kind.word() + " " + number;
  }

  /** A name that no process before it had. */
  synchronized String id() {
    return id(incarnation);
  }

  /** The name of an incarnation. */
  String id(int of) {
    return kind.word() + "-" + number + "-" + of;
  }

  synchronized long pid() {
    return running().pid();
  }

  /** Starts the next incarnation. */
  synchronized void start() {
    incarnation++;
    var builder =
        new ProcessBuilder(java.of(Tethered.class.getName(), arguments.apply(incarnation)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    JavaCommand.environment(builder.environment(), java.scratch());
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(name() + " can't be started: " + e.getMessage(), e);
    }
    state = State.UP;
  }

  /** Ends it at once, as {@code kill -9} does. */
  synchronized void kill() {
    state = State.DOWN;
    running().destroyForcibly();
    await(END_MAX);
  }

  /** Stops it where it is, as Ctrl-Z does. */
  synchronized void hang() {
    state = State.STOPPED;
    signal("-STOP");
  }

  /** Lets it go on. */
  synchronized void goOn() {
    signal("-CONT");
    state = State.UP;
  }

  /**
   * Asks it to end, and waits for that.
   *
   * @return whether it ended in time; it is killed where it did not
   */
  synchronized boolean end() {
    state = State.DOWN;
    running().destroy();
    if (await(END_MAX)) {
      return true;
    }
    running().destroyForcibly();
    return !await(END_MAX);
  }

  /** Whether it should run, and does not. */
  boolean endedByItself() {
    var now = process;
    return state == State.UP && now != null && !now.isAlive();
  }

  /** Exit code of a process that has ended. */
  int exitCode() {
    return running().exitValue();
  }

  private boolean await(Duration within) {
    try {
      return running().waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void signal(String signal) {
    try {
      var kill = new ProcessBuilder("kill", signal, String.valueOf(pid())).start();
      kill.onExit().join();
    } catch (IOException e) {
      throw new UncheckedIOException("kill " + signal + " can't be run: " + e.getMessage(), e);
    }
  }

  private Process running() {
    var now = process;
    if (now == null) {
      throw new IllegalStateException(name() + " was never started");
    }
    return now;
  }
}
