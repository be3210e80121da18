package dev.sluice.chaos;

import dev.sluice.chaos.PlannedFault.Kind;
import dev.sluice.deploy.standalone.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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

  /** What a JVM says that was told to end, and has done all that it does then. */
  private static final int TOLD_TO_END = 128 + 15;

  /** Of util-linux, where Linux distributions have it. */
  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

  private final Kind kind;
  private final int number;
  private final JavaCommand java;
  private final Path log;
  private final Function<String, List<String>> arguments;
  private volatile @Nullable Process process;
  private volatile State state = State.DOWN;
  private int incarnation;

  /**
   * @param kind kind of process
   * @param number from 1
   * @param java how to start its JVM
   * @param log file to which everything goes that it prints
   * @param arguments of {@link Tethered}, for the name of an incarnation
   */
  Member(
      Kind kind, int number, JavaCommand java, Path log, Function<String, List<String>> arguments) {
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
    return kind.word() + "-" + number + "-" + incarnation;
  }

  /** Everything that it prints, in all its incarnations. */
  Path log() {
    return log;
  }

  synchronized long pid() {
    return running().pid();
  }

  /** Starts the next incarnation. */
  synchronized void start() {
    incarnation++;
    try {
      process =
          java.process(Tethered.class.getName(), arguments.apply(id()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
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
    run("kill", "-STOP", String.valueOf(pid()));
    state = State.STOPPED;
  }

  /** Lets it go on. */
  synchronized void goOn() {
    run("kill", "-CONT", String.valueOf(pid()));
    state = State.UP;
  }

  /** Whether this machine can do what {@link #fill} does. */
  static boolean canFill() {
    return Files.isExecutable(PRLIMIT);
  }

  /**
   * Refuses it whatever it writes to a file from now on, and waits until it has given up.
   *
   * @return whether it did so in time; it is killed where it did not
   */
  synchronized boolean fill() {
    run(PRLIMIT.toString(), "--pid", String.valueOf(pid()), "--fsize=0");
    state = State.DOWN;
    return awaitOrKill();
  }

  /**
   * Asks it to end, as SIGTERM does, and waits for that.
   *
   * @return whether it ended in time and of its own will; it is killed where it did not
   */
  synchronized boolean end() {
    state = State.DOWN;
    // Process.destroy would close its standard input as well, and cut its tether.
    running().toHandle().destroy();
    return awaitOrKill() && exitCode() == TOLD_TO_END;
  }

  private boolean awaitOrKill() {
    boolean ended = await(END_MAX);
    if (!ended) {
      running().destroyForcibly();
      await(END_MAX);
    }
    return ended;
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

  private void run(String... command) {
    int exitCode;
    try {
      exitCode = new ProcessBuilder(command).start().onExit().join().exitValue();
    } catch (IOException e) {
      throw new UncheckedIOException(command[0] + " can't be run: " + e.getMessage(), e);
    }
    if (exitCode != 0 && running().isAlive()) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%s ended with code %d", String.join(" ", command), exitCode));
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
