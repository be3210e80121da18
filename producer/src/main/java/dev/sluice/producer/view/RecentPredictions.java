package dev.sluice.producer.view;

import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.PredictionSpec;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Jobs that had their rows themselves and ended last: who waited for one asks at once. */
final class RecentPredictions {

  /** Most bytes of their answers, as they are stored, and of what else there is of each. */
  private static final long BYTES_MAX = 32L << 20;

  private static final int JOB_BYTES = 1_024;
  private static final int NAME_BYTES = 64;

  private final LinkedHashMap<String, EndedPrediction> jobs = new LinkedHashMap<>();
  private long bytes;

  synchronized void put(EndedPrediction job) {
    bytes += bytes(job) - bytes(jobs.put(job.jobId(), job));
    var oldestFirst = jobs.values().iterator();
    while (bytes > BYTES_MAX && jobs.size() > 1) {
      bytes -= bytes(oldestFirst.next());
      oldestFirst.remove();
    }
  }

  synchronized Optional<EndedPrediction> get(String jobId) {
    return Optional.ofNullable(jobs.get(jobId));
  }

  private static long bytes(@Nullable EndedPrediction job) {
    if (job == null) {
      return 0;
    }
    var predicted = job.predicted();
    long names =
        job.spec().work() instanceof PredictionSpec asked
            ? asked.names().stream().mapToLong(name -> NAME_BYTES + 2L * name.length()).sum()
            : 0;
    return JOB_BYTES
        + names
        + (predicted == null
            ? 0
            : predicted.answers().scores().remaining()
                + 64L * predicted.answers().predictions().size());
  }
}
