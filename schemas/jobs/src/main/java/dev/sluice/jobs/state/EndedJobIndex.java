package dev.sluice.jobs.state;

import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Jobs that have ended, found by their ids in the records that have many each. Of an id in several
 * records the last counts. Not thread-safe.
 *
 * <p>A job is a number here, in the order in which they come. Of each there are its digest, its
 * place and an entry in a hash table with open addressing: 18 to 36 bytes beside its record. Where
 * digests are the same the ids are compared, in the records. A start puts everything in, in code
 * that is not compiled yet, so {@link #put} only copies digests; they are entered in the table at
 * the first question. What is forgotten stays until there is more of that than of the rest; then
 * all jobs are numbered anew.
 */
public final class EndedJobIndex {

  /** No job. */
  public static final int NONE = -1;

  /** Bits of a job's place in its record; the record's own place is in the others. */
  private static final int PLACE_BITS = 10;

  private static final int FREE = 0;

  /** Ids that are watched have a bit each; where others share it that does no harm. */
  private static final int WATCHED_BITS = 1 << 18;

  private final Map<String, Integer> byKey = new HashMap<>();
  private List<EndedJobs> records = new ArrayList<>();
  private long[] digests = new long[EndedJobs.JOBS_MAX];
  private int[] places = new int[EndedJobs.JOBS_MAX];
  private BitSet gone = new BitSet();
  private int numbers;
  private int forgotten;
  private int generation;

  /** Numbers of jobs, from 1. Its length is a power of two. */
  private int[] table = new int[2];

  private int taken;

  /** All jobs below it are in the table, or were. */
  private int entered;

  private final int[] counts = new int[EndedJobs.ENDINGS.size()];
  private final BitSet watched = new BitSet(WATCHED_BITS);

  /**
   * Takes a record over, in place of the one of its key. Jobs that it had before are first in it,
   * as the ledger writes it anew until it is full; where they are not, all are new.
   *
   * @return jobs of it that are new: at least those that are {@linkplain #watch watched}
   */
  public List<EndedJob> put(String key, EndedJobs record) {
    var jobs = record.digests();
    var endings = record.endings();
    int from = 0;
    var at = byKey.get(key);
    if (at != null && begins(jobs, endings, records.get(at))) {
      from = records.get(at).size();
      records.set(at, record);
    } else {
      remove(key);
      at = records.size();
      records.add(record);
      byKey.put(key, at);
    }
    add(at, from, jobs, endings);
    return watched.isEmpty() ? List.of() : watched(record, from, jobs);
  }

  private void add(int record, int from, long[] jobs, byte[] endings) {
    int after = numbers + jobs.length - from;
    if (after > places.length) {
      int length = Math.max(after, 2 * places.length);
      places = Arrays.copyOf(places, length);
      digests = Arrays.copyOf(digests, length);
    }
    System.arraycopy(jobs, from, digests, numbers, jobs.length - from);
    for (int place = from; place < jobs.length; place++) {
      places[numbers++] = at(record, place);
      counts[endings[place]]++;
    }
  }

  private List<EndedJob> watched(EndedJobs record, int from, long[] jobs) {
    var told = new ArrayList<EndedJob>();
    for (int place = from; place < jobs.length; place++) {
      if (watched.get(watchedBit(jobs[place]))) {
        told.add(record.job(place));
      }
    }
    return told;
  }

  private static boolean begins(long[] jobs, byte[] endings, EndedJobs before) {
    int size = before.size();
    return size <= jobs.length
        && Arrays.equals(jobs, 0, size, before.digests(), 0, size)
        && Arrays.equals(endings, 0, size, before.endings(), 0, size);
  }

  /** From now on {@link #put} tells that the job of this id has ended. */
  public void watch(String jobId) {
    watched.set(watchedBit(EndedJobs.digest(bytes(jobId))));
  }

  private static int watchedBit(long digest) {
    return (int) (digest >>> Integer.SIZE) & (WATCHED_BITS - 1);
  }

  /** Forgets the jobs of a record, by its key. */
  public void remove(String key) {
    if (byKey.containsKey(key)) {
      enter(); // which may move the record
    }
    var at = byKey.remove(key);
    if (at != null) {
      var record = records.get(at);
      var jobs = record.digests();
      for (int place = 0; place < jobs.length; place++) {
        int number = table[entry(jobs[place], record.id(place))] - 1;
        if (number != NONE && places[number] == at(at, place)) {
          forget(number);
        }
      }
    }
  }

  /** Forgets a job, also where its record comes again with others. */
  public void forget(int number) {
    if (has(number)) {
      gone.set(number);
      forgotten++;
      counts[EndedJobs.ENDINGS.indexOf(status(number))]--;
    }
  }

  /** The job of an id; {@link #NONE} where it is not among those that have ended. */
  public int find(String jobId) {
    if (numbers == 0) {
      return NONE;
    }
    enter();
    var id = bytes(jobId);
    return table[entry(EndedJobs.digest(id), ByteBuffer.wrap(id))] - 1;
  }

  /** Whether the job of an id is among those that have ended. */
  public boolean contains(String jobId) {
    return find(jobId) != NONE;
  }

  /** Number of jobs. */
  public int size() {
    enter();
    return sizeMax();
  }

  /** Most jobs that there may be; costs nothing. */
  public int sizeMax() {
    return numbers - forgotten;
  }

  /** Number of jobs that ended so. */
  public int count(JobStatus status) {
    enter();
    int ending = EndedJobs.ENDINGS.indexOf(status);
    return ending < 0 ? 0 : counts[ending];
  }

  /** All jobs are below it. */
  public int numbers() {
    enter();
    return numbers;
  }

  /** Changes when all jobs are numbered anew. */
  public int generation() {
    enter();
    return generation;
  }

  /** Whether a job is not forgotten. One that is can still be looked at, in its generation. */
  public boolean has(int number) {
    return !gone.get(number);
  }

  /** All that is known of a job. */
  public EndedJob job(int number) {
    return record(number).job(place(number));
  }

  /** Its id. */
  public String jobId(int number) {
    return record(number).jobId(place(number));
  }

  /** Its id, in UTF-8. */
  public ByteBuffer id(int number) {
    return record(number).id(place(number));
  }

  /** How it ended. */
  public JobStatus status(int number) {
    return record(number).status(place(number));
  }

  /** When it was submitted. */
  public long submittedMs(int number) {
    return record(number).submittedMs(place(number));
  }

  /** When it ended. */
  public long finishedMs(int number) {
    return record(number).finishedMs(place(number));
  }

  private EndedJobs record(int number) {
    return records.get(places[number] >>> PLACE_BITS);
  }

  private static int at(int record, int place) {
    return (record << PLACE_BITS) | place;
  }

  private int place(int number) {
    return places[number] & ((1 << PLACE_BITS) - 1);
  }

  private static byte[] bytes(String jobId) {
    return jobId.getBytes(StandardCharsets.UTF_8);
  }

  /** Where the entry of a job is in the table, or would be. */
  private int entry(long digest, ByteBuffer id) {
    int at = (int) digest & (table.length - 1);
    while (table[at] != FREE && !isOf(table[at] - 1, digest, id)) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  private boolean isOf(int number, long digest, ByteBuffer id) {
    return digests[number] == digest && has(number) && id(number).equals(id);
  }

  private void enter() {
    if (entered == numbers) {
      return;
    }
    if (2 * forgotten > numbers) {
      numberAnew();
    }
    if (3 * (taken + numbers - entered) > 2 * table.length) {
      table = new int[4 * Integer.highestOneBit(Math.max(1, sizeMax()))];
      taken = 0;
      entered = 0;
    }
    while (entered < numbers) {
      enter(entered++);
    }
  }

  private void enter(int number) {
    if (!has(number)) {
      return;
    }
    long digest = digests[number];
    int at = (int) digest & (table.length - 1);
    while (table[at] != FREE) {
      int other = table[at] - 1;
      if (digests[other] == digest && isOf(other, digest, id(number))) {
        forget(other);
        table[at] = number + 1;
        return;
      }
      at = (at + 1) & (table.length - 1);
    }
    table[at] = number + 1;
    taken++;
  }

  private void numberAnew() {
    var kept = new ArrayList<EndedJobs>();
    var moved = new int[records.size()];
    byKey.replaceAll(
        (key, at) -> {
          moved[at] = kept.size();
          kept.add(records.get(at));
          return moved[at];
        });
    int next = 0;
    for (int number = 0; number < numbers; number++) {
      if (has(number)) {
        places[next] = at(moved[places[number] >>> PLACE_BITS], place(number));
        digests[next++] = digests[number];
      }
    }
    records = kept;
    numbers = next;
    gone = new BitSet();
    forgotten = 0;
    generation++;
    table = new int[4 * Integer.highestOneBit(Math.max(1, sizeMax()))];
    taken = 0;
    entered = 0;
  }
}
