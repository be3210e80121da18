package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which jobs of a partition have ended and have left for the history. That is all that has to be
 * known of them here, so that none of their ids begins anew; as many are in one record, a takeover
 * reads about 44 bytes of each.
 */
public final class PastJobs {

  /** Jobs in one record, which is written anew until it is full. */
  static final int JOBS_MAX = 128;

  private final TreeMap<Integer, EndedJobs> records = new TreeMap<>();
  private final Set<String> ids = new HashSet<>();

  /** Takes a record over, in place of the one of its number. */
  void apply(EndedJobs record) {
    records.put(record.number(), record);
    record.jobs().forEach(job -> ids.add(job.jobId()));
  }

  /** A record is no more, by its key, and its jobs are forgotten. */
  void remove(String key) {
    records.values().stream()
        .filter(record -> StateKeys.of(record).equals(key))
        .findFirst()
        .ifPresent(
            record -> {
              records.remove(record.number());
              record.jobs().forEach(job -> ids.remove(job.jobId()));
            });
  }

  boolean contains(String jobId) {
    return ids.contains(jobId);
  }

  /** Number of jobs. */
  public int size() {
    return ids.size();
  }

  /** The records that are new or written anew once these jobs have left, too. */
  List<EndedJobs> with(int partition, List<EndedJob> jobs) {
    var written = new ArrayList<EndedJobs>();
    var last = records.isEmpty() ? null : records.lastEntry().getValue();
    int number = last == null ? 0 : last.number();
    var open = new ArrayList<>(last == null ? List.of() : last.jobs());
    for (var job : jobs) {
      if (open.size() >= JOBS_MAX) {
        written.add(new EndedJobs(partition, number++, open));
        open.clear();
      }
      open.add(job);
    }
    written.add(new EndedJobs(partition, number, open));
    written.removeIf(record -> record.equals(last));
    return written;
  }

  /** Records whose jobs have all ended before a moment. */
  List<EndedJobs> before(long beforeMs) {
    return records.values().stream()
        .filter(record -> record.jobs().stream().allMatch(job -> job.finishedMs() < beforeMs))
        .toList();
  }
}
