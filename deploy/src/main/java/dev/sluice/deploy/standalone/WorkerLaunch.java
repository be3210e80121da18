package dev.sluice.deploy.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    var arguments = new ArrayList<>(List.of("worker", "--bootstrap-servers", bootstrapServers));
    arguments.addAll(List.of("--lane", lane, "--accelerator", accelerator, "--exit-with-stdin"));
    settings.forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    return new JavaCommand(heap, scratch, shortLived)
        .process(MAIN, arguments)
        .redirectErrorStream(true)
        .start();
  }
}
