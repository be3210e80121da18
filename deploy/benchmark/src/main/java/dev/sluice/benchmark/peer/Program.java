package dev.sluice.benchmark.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Programs of others, each with a bound on its time. They end with their standard input. */
final class Program {
  private static final int END_S_MAX = 10;

  private Program() {}

  /**
   * What a program came to.
   *
   * @param code its exit code
   * @param lines what it printed
   */
  record Ran(int code, List<String> lines) {}

  /**
   * Runs one.
   *
   * @param environment variables beside those of this process
   * @throws IOException where there is no such program, or it takes longer
   */
  static Ran run(List<String> command, Map<String, String> environment, Duration within)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    var process = builder.start();
    try {
      var lines = CompletableFuture.supplyAsync(() -> lines(process));
      var read = lines.get(within.toMillis(), TimeUnit.MILLISECONDS);
      boolean ended = process.waitFor(END_S_MAX, TimeUnit.SECONDS);
      return new Ran(ended ? process.exitValue() : -1, read);
    } catch (TimeoutException e) {
      throw new IOException(command.getFirst() + " took longer than " + within.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new IOException(command.getFirst() + " can't be read", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static List<String> lines(Process process) {
    var lines = new ArrayList<String>();
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      in.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      lines.add(e.toString());
    }
    return lines;
  }

  /** Writes a script of this package to a file. */
  static Path script(String name, Path directory) throws IOException {
    var file = directory.resolve(name);
    try (var in = Program.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("there is no script " + name);
      }
      Files.write(file, in.readAllBytes());
    }
    return file;
  }
}
