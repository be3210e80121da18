package dev.sluice.benchmark.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Where the figures were taken: they mean little elsewhere.
 *
 * @param processor its model, as the system names it
 * @param cores processors that this JVM may use
 * @param memoryMiB memory of the machine, or of the container
 * @param system kernel and its release
 * @param java version of the JVM
 * @param load processes that wanted a core in the minute before the run; negative: not known. Above
 *     0.5 or so, others took part of what was measured
 */
public record Machine(
    String processor, int cores, long memoryMiB, String system, String java, double load) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** This one. */
  public static Machine here() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    long bytes =
        system instanceof com.sun.management.OperatingSystemMXBean known
            ? known.getTotalMemorySize()
            : 0;
    return new Machine(
        processorHere(),
        Runtime.getRuntime().availableProcessors(),
        bytes >> 20,
        system.getName() + " " + system.getVersion(),
        Runtime.version().toString(),
        system.getSystemLoadAverage());
  }

  private static String processorHere() {
    try {
      return processor(Files.readAllLines(CPU_INFO));
    } catch (IOException e) {
      return System.getProperty("os.arch", "not known");
    }
  }

  /** The first name in Linux's list of processors. */
  static String processor(List<String> cpuInfo) {
    return cpuInfo.stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch", "not known"));
  }

  /** In one line. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s, %d cores, %,d MiB, %s, Java %s, load %.2f before the run",
        processor,
        cores,
        memoryMiB,
        system,
        java,
        load);
  }
}
