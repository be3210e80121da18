package dev.sluice.deploy.standalone;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The Java heap of a standalone cluster's workers. Parameters and gradients live outside it. */
final class WorkerMemory {
  /** Names the size of the heap where it is set. */
  static final String VARIABLE = "SLUICE_WORKER_HEAP";

  private static final long BYTES_MIN = 512L << 20;

  /** A data set of the largest legal size, its text, and as much again. */
  private static final long BYTES_MAX = 4L << 30;

  /** Half of the machine is for the workers' heaps, the rest for all else. */
  private static final int PART = 2;

  private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,12}[kKmMgG]?");

  private WorkerMemory() {}

  /**
   * The size of the heap, as -Xmx takes it.
   *
   * @param workers that share the machine
   * @throws ConfigProblem where the environment names a size that is none
   */
  static String heap(int workers) {
    return heap(System.getenv(VARIABLE), machineBytes(), workers);
  }

  static String heap(@Nullable String given, long machineBytes, int workers) {
    if (given == null || given.isEmpty()) {
      long share = machineBytes / PART / Math.max(1, workers);
      return (Math.clamp(share, BYTES_MIN, BYTES_MAX) >> 20) + "m";
    }
    if (!SIZE.matcher(given).matches()) {
      throw new ConfigProblem(
          List.of(
              new Cause(
                  Code.INVALID_VALUE,
                  VARIABLE,
                  VARIABLE + " is '" + given + "'.",
                  "",
                  "Give the size of a Java heap, such as 2g or 1500m.")));
    }
    return given;
  }

  /** Of the machine, or of the container that this process is in. */
  private static long machineBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : BYTES_MIN;
  }
}
