package dev.sluice.benchmark.kernel;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the benchmarks of this package, each in a JVM of its own. */
public final class Kernels {
  private static final int WARM_UPS = 3;
  private static final int MEASUREMENTS = 5;

  /** Of the largest benchmark, whose contributions take 840 MB. */
  private static final String HEAP = "-Xmx2500m";

  private Kernels() {}

  /**
   * Runs all benchmarks of a class.
   *
   * @param type the class
   * @param seconds how long each measures
   * @param log what JMH says goes there
   * @return seconds of an operation by the name of the benchmark, of the quickest iteration: what
   *     else there is on the machine makes the others longer
   * @throws IllegalStateException where they can't be run
   */
  public static Map<String, Double> run(Class<?> type, double seconds, Path log) {
    var each = TimeValue.milliseconds(Math.max(1, (long) (seconds * 1_000 / MEASUREMENTS)));
    var options =
        new OptionsBuilder()
            .include("^" + type.getName().replace(".", "\\.") + "\\.")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.SECONDS)
            .forks(1)
            .warmupIterations(WARM_UPS)
            .warmupTime(each)
            .measurementIterations(MEASUREMENTS)
            .measurementTime(each)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.NORMAL)
            .output(log.toString())
            .jvmArgs(HEAP, "-Xms2500m", "-XX:+UseSerialGC")
            .build();
    try {
      var found = new HashMap<String, Double>();
      for (var result : new Runner(options).run()) {
        found.put(
            result.getPrimaryResult().getLabel(),
            result.getPrimaryResult().getStatistics().getMin());
      }
      return found;
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH: " + e.getMessage(), e);
    }
  }
}
