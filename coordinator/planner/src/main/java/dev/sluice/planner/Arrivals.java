package dev.sluice.planner;

import dev.sluice.jobs.dataset.SplitMix64;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The arrivals of all classes, one after another in the order of their times. */
final class Arrivals {

  private static final double UNIT = 0x1p-53;
  private static final long FNV_OFFSET = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private final List<JobClass> jobs;
  private final double horizonSeconds;
  private final SplitMix64[] chance;
  private final long[] arrived;
  private final EventHeap next = new EventHeap();

  Arrivals(JobMix mix) {
    jobs = mix.jobs();
    horizonSeconds = mix.horizonSeconds();
    chance = new SplitMix64[jobs.size()];
    arrived = new long[jobs.size()];
    for (int job = 0; job < jobs.size(); job++) {
      // By name, so that a class keeps its arrivals when another joins the mix.
      chance[job] = SplitMix64.keyed(mix.seed(), hash(jobs.get(job).name()));
      schedule(job, 0);
    }
  }

  /**
   * 64 bits of a name (FNV-1a; the generator's key mixes them further), as names that share the 32
   * of {@link String#hashCode} are easily met, and would have the same arrivals.
   */
  private static long hash(String name) {
    long hash = FNV_OFFSET;
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ Byte.toUnsignedLong(each)) * FNV_PRIME;
    }
    return hash;
  }

  /** When the next job arrives; infinite where none does. */
  double time() {
    return next.time();
  }

  /** The class of the next job, which arrives now. */
  int take() {
    double now = next.time();
    int job = next.remove();
    arrived[job]++;
    schedule(job, now);
    return job;
  }

  /** How many jobs of a class have arrived. */
  long arrived(int job) {
    return arrived[job];
  }

  private void schedule(int job, double now) {
    switch (jobs.get(job).arrival()) {
      case Arrival.Random(double jobsPerHour) -> {
        double gap = exponential(chance[job]) * JobMix.SECONDS_PER_HOUR / jobsPerHour;
        if (now + gap < horizonSeconds) {
          next.add(now + gap, job);
        }
      }
      case Arrival.Even(long count) -> {
        if (arrived[job] < count) {
          next.add(horizonSeconds * ((double) arrived[job] / count), job);
        }
      }
      case Arrival.Together(long count, double hour) -> {
        if (arrived[job] < count) {
          next.add(hour * JobMix.SECONDS_PER_HOUR, job);
        }
      }
    }
  }

  /** A time with mean 1; the same bits on every platform. */
  private static double exponential(SplitMix64 chance) {
    double unit = (chance.next() >>> 11) * UNIT; // [0, 1)
    return -StrictMath.log1p(-unit);
  }
}
