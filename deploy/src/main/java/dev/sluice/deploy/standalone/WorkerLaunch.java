package dev.sluice.deploy.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to start one worker process: this very Java and class path, a smaller JVM.
 *
 * @param bootstrapServers brokers
 * @param heap size of the Java heap, as -Xmx takes it
 * @param scratch directory for temporary files
 * @param shortLived whether the worker lives for a minute or so, and had better start quickly
 * @param settings settings of the worker by name
 */
public record WorkerLaunch(
    String bootstrapServers,
    String heap,
    Path scratch,
    boolean shortLived,
    Map<String, String> settings) {

  /** More options for the JVM of a worker, separated by blanks. */
  private static final String JAVA_OPTIONS = "SLUICE_WORKER_JAVA_OPTIONS";

  /** libtorch needs more than the usual 1 MiB while it is loaded, and overflows it silently. */
  private static final String STACK = "8m";

  /** Workers of a short life do without the optimizing compiler, which would not pay. */
  private static final String SHORT_LIFE = "-XX:TieredStopAtLevel=1";

  /** Passed on to workers where this process has them. */
  private static final List<String> INHERITED_PROPERTIES =
      List.of("sluice.launcher", "org.bytedeco.javacpp.cachedir", "logback.configurationFile");

  private static final String MAIN = "dev.sluice.deploy.Sluice";

  public WorkerLaunch {
    settings = Map.copyOf(settings);
  }

  /**
   * Starts a process that ends when its standard input does: with this process, however that ends.
   *
   * @param lane lane that the worker serves
   * @param accelerator accelerator model of that lane
   * @throws IOException where the system starts no further process
   */
  Process start(String lane, String accelerator) throws IOException {
    var builder = new ProcessBuilder(command(lane, accelerator)).redirectErrorStream(true);
    var environment = builder.environment();
    environment.put("SLUICE_BUILD", "never");
    environment.put("TMPDIR", scratch.toString());
    // Results depend on the number of BLAS threads: one, and one worker per core.
    for (var name : List.of("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")) {
      environment.put(name, "1");
    }
    return builder.start();
  }

  List<String> command(String lane, String accelerator) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xmx" + heap,
            "-Xss" + STACK,
            "-Djava.io.tmpdir=" + scratch));
    if (shortLived) {
      command.add(SHORT_LIFE);
    }
    Optional.ofNullable(System.getenv(JAVA_OPTIONS))
        .map(options -> List.of(options.strip().split("\\s+")))
        .filter(options -> !options.getFirst().isEmpty())
        .ifPresent(command::addAll);
    for (var name : INHERITED_PROPERTIES) {
      property(name).ifPresent(value -> command.add("-D" + name + "=" + value));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, "worker"));
    command.addAll(List.of("--bootstrap-servers", bootstrapServers));
    command.addAll(List.of("--lane", lane, "--accelerator", accelerator, "--exit-with-stdin"));
    settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    return command;
  }

  private static Optional<String> property(String name) {
    @Nullable String value = System.getProperty(name);
    return Optional.ofNullable(value);
  }
}
