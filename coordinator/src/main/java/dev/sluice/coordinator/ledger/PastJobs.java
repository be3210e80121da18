package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.state.EndedJobIndex;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Which jobs of a partition have ended and have left for the history. That is all that has to be
 * known of them here, so that none of their ids begins anew; as many are in one record, a takeover
 * reads about 37 bytes and the id of each, and unpacks none.
 */
public final class PastJobs {

  /** Jobs in one record, which is written anew until it is full. */
  static final int JOBS_MAX = 128;

  private final TreeMap<Integer, EndedJobs> records = new TreeMap<>();
  private final EndedJobIndex index = new EndedJobIndex();

  /** Takes a record over, in place of the one of its number. */
  void apply(EndedJobs record) {
    records.put(record.number(), record);
    index.put(StateKeys.of(record), record);
  }

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  /** A record is no more, by its key, and its jobs are forgotten. */
  void remove(String key) {
    var number = key.substring(key.lastIndexOf('/') + 1);
    if (NUMBER.matcher(number).matches()) {
      records.remove(Integer.parseInt(number));
    }
    index.remove(key);
  }

  boolean contains(String jobId) {
    return index.contains(jobId);
  }

  /** Number of jobs. */
  public int size() {
    return index.size();
  }

  /** The records that are new or written anew once these jobs have left, too. */
  List<EndedJobs> with(int partition, List<EndedJob> jobs) {
    var written = new ArrayList<EndedJobs>();
    var last = records.isEmpty() ? null : records.lastEntry().getValue();
    int number = last == null ? 0 : last.number();
    var open = new ArrayList<>(last == null ? List.of() : last.jobs());
    for (var job : jobs) {
      if (open.size() >= JOBS_MAX) {
        written.add(EndedJobs.of(partition, number++, open));
        open.clear();
      }
      open.add(job);
    }
    written.add(EndedJobs.of(partition, number, open));
    written.removeIf(record -> record.equals(last));
    return written;
  }

  /** Records whose jobs have all ended before a moment. */
  List<EndedJobs> before(long beforeMs) {
    return records.values().stream().filter(record -> haveEnded(record, beforeMs)).toList();
  }

  private static boolean haveEnded(EndedJobs record, long beforeMs) {
    return IntStream.range(0, record.size()).allMatch(at -> record.finishedMs(at) < beforeMs);
  }
}
