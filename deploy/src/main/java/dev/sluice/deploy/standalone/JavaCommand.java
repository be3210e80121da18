package dev.sluice.deploy.standalone;

import dev.sluice.platform.process.ClassArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to start another JVM of Sluice: this very Java and class path, a smaller heap.
 *
 * @param heap size of the Java heap, as -Xmx takes it
 * @param scratch directory for temporary files
 * @param shortLived whether it lives for a minute or so, and had better start quickly
 * @param archived whether it starts with this process's archive of classes, where there is one
 */
public record JavaCommand(String heap, Path scratch, boolean shortLived, boolean archived) {

  /** More options for such a JVM, separated by blanks. */
  private static final String JAVA_OPTIONS = "SLUICE_WORKER_JAVA_OPTIONS";

  /** libtorch needs more than the usual 1 MiB while it is loaded, and overflows it silently. */
  private static final String STACK = "8m";

  /** A short life does without the optimizing compiler, which would not pay. */
  private static final String SHORT_LIFE = "-XX:TieredStopAtLevel=1";

  /** Four times the usual, as in deploy/sluice: a start has better things to do. */
  private static final List<String> LONG_LIFE =
      List.of(
          "-XX:Tier4InvocationThreshold=20000",
          "-XX:Tier4MinInvocationThreshold=2400",
          "-XX:Tier4CompileThreshold=60000",
          "-XX:Tier4BackEdgeThreshold=160000");

  /** Passed on where this process has them. */
  private static final List<String> INHERITED_PROPERTIES =
      List.of(
          "sluice.launcher",
          ClassArchive.PROPERTY,
          "logback.configurationFile",
          "stdout.encoding",
          "stderr.encoding");

  /** One that starts with the archive of classes, where there is one. */
  public JavaCommand(String heap, Path scratch, boolean shortLived) {
    this(heap, scratch, shortLived, true);
  }

  /**
   * The command.
   *
   * @param main class that it runs
   * @param arguments of that class
   */
  private List<String> of(String main, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            // Least memory, and no threads that would take another worker's core; deploy/sluice has
            // the reasons for each command.
            "-XX:+UseSerialGC",
            "-Xmx" + heap,
            "-Xss" + STACK,
            CrashReports.option(scratch),
            "-Djava.io.tmpdir=" + scratch));
    if (archived) {
      command.addAll(ClassArchive.options());
    }
    command.addAll(shortLived ? List.of(SHORT_LIFE) : LONG_LIFE);
    Optional.ofNullable(System.getenv(JAVA_OPTIONS))
        .map(options -> List.of(options.strip().split("\\s+")))
        .filter(options -> !options.getFirst().isEmpty())
        .ifPresent(command::addAll);
    for (var name : INHERITED_PROPERTIES) {
      property(name).ifPresent(value -> command.add("-D" + name + "=" + value));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    return command;
  }

  /**
   * A process of this command, not started; its temporary directory is there, also where a cleaner
   * of such directories has removed it.
   *
   * @param main class that it runs
   * @param arguments of that class
   * @throws IOException where there is no place for temporary files
   */
  public ProcessBuilder process(String main, List<String> arguments) throws IOException {
    Files.createDirectories(scratch);
    var builder = new ProcessBuilder(of(main, arguments));
    var environment = builder.environment();
    environment.put("SLUICE_BUILD", "never");
    environment.put("TMPDIR", scratch.toString());
    // Results depend on the number of BLAS threads: one, and one worker per core.
    for (var name : List.of("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")) {
      environment.put(name, "1");
    }
    return builder;
  }

  private static Optional<String> property(String name) {
    @Nullable String value = System.getProperty(name);
    return Optional.ofNullable(value);
  }
}
