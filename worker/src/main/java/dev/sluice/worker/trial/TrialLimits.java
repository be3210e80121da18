package dev.sluice.worker.trial;

/**
 * What opening and running a file may take.
 *
 * @param startMsMax longest time until the child process has loaded its library, in milliseconds
 * @param msMax longest time for a file, in milliseconds
 * @param bytesMax most memory beside what process and library take, in bytes
 */
public record TrialLimits(long startMsMax, long msMax, long bytesMax) {

  private static final long START_MS_MAX = 120_000;

  /** With the usual time for the start, which says nothing of the file. */
  public static TrialLimits of(long msMax, long bytesMax) {
    return new TrialLimits(START_MS_MAX, msMax, bytesMax);
  }
}
