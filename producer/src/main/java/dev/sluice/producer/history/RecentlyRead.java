package dev.sluice.producer.history;

import dev.sluice.schemas.wire.EndedJob;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that were asked for last: a list that somebody looks at is asked for every second.
 * Thread-safe.
 */
final class RecentlyRead {

  private final long bytesMax;
  private final LinkedHashMap<String, JobsInHistory.Found> jobs =
      new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param bytesMax most bytes that the jobs take as they are stored
   */
  RecentlyRead(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  synchronized Optional<KnownJob> get(EndedJob wanted) {
    var known = jobs.get(wanted.jobId());
    return Optional.ofNullable(known)
        .map(JobsInHistory.Found::job)
        .filter(job -> job.job().submittedMs() == wanted.submittedMs());
  }

  synchronized void add(Map<String, JobsInHistory.Found> found) {
    found.forEach(
        (jobId, one) -> {
          bytes += one.bytes() - weight(jobs.put(jobId, one));
        });
    var oldestFirst = jobs.values().iterator();
    while (bytes > bytesMax && oldestFirst.hasNext()) {
      bytes -= oldestFirst.next().bytes();
      oldestFirst.remove();
    }
  }

  private static long weight(JobsInHistory.@Nullable Found job) {
    return job == null ? 0 : job.bytes();
  }
}
