package dev.sluice.producer.view;

import dev.sluice.jobs.state.EndedJobIndex;
import dev.sluice.schemas.wire.JobStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that have ended, in one order: a sorted array of their numbers. It takes over what is new
 * when it is asked, so who only takes records over pays nothing for it. Not thread-safe.
 */
final class EndedOrder {

  /** What is forgotten stays in the array until it is so large a part of it. */
  private static final int FORGOTTEN_PART = 4;

  private final EndedJobIndex jobs;
  private final @Nullable JobStatus status;
  private final IntToLongFunction key;
  private final boolean lastFirst;

  private int[] sorted = {};
  private int start;
  private int end;

  /** All jobs below it have been taken over. */
  private int next;

  private int generation;

  /**
   * @param status only these; null for all
   * @param key by which they are ordered, and where it is the same by id
   * @param lastFirst the other way round
   */
  EndedOrder(
      EndedJobIndex jobs, @Nullable JobStatus status, IntToLongFunction key, boolean lastFirst) {
    this.jobs = jobs;
    this.status = status;
    this.key = key;
    this.lastFirst = lastFirst;
  }

  /** Numbers of all jobs, in order. */
  IntStream all() {
    update();
    return numbers(start);
  }

  /** Those from a key and an id on. */
  IntStream from(long wanted, String jobId) {
    update();
    return numbers(place(wanted, utf8(jobId), end, 0));
  }

  /** Those behind a key and an id. */
  IntStream after(long wanted, String jobId) {
    update();
    return numbers(place(wanted, utf8(jobId), end, 1));
  }

  /** The first job; {@link EndedJobIndex#NONE} where there is none. */
  int first() {
    update();
    while (start < end && !jobs.has(sorted[start])) {
      start++;
    }
    return start < end ? sorted[start] : EndedJobIndex.NONE;
  }

  private static ByteBuffer utf8(String jobId) {
    return ByteBuffer.wrap(jobId.getBytes(StandardCharsets.UTF_8));
  }

  private IntStream numbers(int from) {
    return IntStream.range(from, end).map(at -> sorted[at]).filter(jobs::has);
  }

  /** Where the first job is that is not before a key and an id, by at least so much. */
  private int place(long wanted, ByteBuffer id, int before, int least) {
    int low = start;
    int high = before;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int job = sorted[middle];
      if (compare(key.applyAsLong(job), jobs.id(job), wanted, id) < least) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int compare(long one, ByteBuffer id, long other, ByteBuffer otherId) {
    int compared = Long.compare(one, other);
    if (compared == 0) {
      compared = Integer.signum(id.compareTo(otherId)); // ASCII, so as strings are compared
    }
    return lastFirst ? -compared : compared;
  }

  private void update() {
    if (generation != jobs.generation()) {
      generation = jobs.generation();
      start = 0;
      end = 0;
      next = 0;
    }
    if (next < jobs.numbers()) {
      takeOver(fresh());
    }
    int there = status == null ? jobs.size() : jobs.count(status);
    if (FORGOTTEN_PART * (end - start - there) > end - start) {
      sorted = numbers(start).toArray();
      start = 0;
      end = sorted.length;
    }
  }

  /** Jobs that have come since, in order. */
  private int[] fresh() {
    var fresh =
        IntStream.range(next, jobs.numbers())
            .filter(job -> jobs.has(job) && (status == null || jobs.status(job) == status))
            .toArray();
    next = jobs.numbers();
    var keys = Arrays.stream(fresh).mapToLong(key).toArray();
    sort(fresh, keys, 0, fresh.length, new int[fresh.length], new long[fresh.length]);
    return fresh;
  }

  /**
   * Merge sort of jobs and their keys: most come in order, or nearly. The platform sorts numbers
   * only by what they are, and objects would be several times the work.
   */
  private void sort(int[] some, long[] keys, int from, int to, int[] spare, long[] spareKeys) {
    if (to - from < 2) {
      return;
    }
    int middle = (from + to) >>> 1;
    sort(some, keys, from, middle, spare, spareKeys);
    sort(some, keys, middle, to, spare, spareKeys);
    if (isOrdered(some[middle - 1], keys[middle - 1], some[middle], keys[middle])) {
      return;
    }
    System.arraycopy(some, from, spare, from, middle - from);
    System.arraycopy(keys, from, spareKeys, from, middle - from);
    int left = from;
    int right = middle;
    for (int at = from; left < middle; at++) {
      boolean second =
          right < to && !isOrdered(spare[left], spareKeys[left], some[right], keys[right]);
      some[at] = second ? some[right] : spare[left];
      keys[at] = second ? keys[right++] : spareKeys[left++];
    }
  }

  private boolean isOrdered(int one, long key, int other, long otherKey) {
    return key == otherKey
        ? compare(key, jobs.id(one), otherKey, jobs.id(other)) <= 0
        : (key < otherKey) != lastFirst;
  }

  /** From the last to the first, so that each part of the array moves once. */
  private void takeOver(int[] fresh) {
    if (sorted.length < end + fresh.length) {
      sorted = Arrays.copyOf(sorted, end + fresh.length + end / 2);
    }
    int moved = end;
    end += fresh.length;
    for (int left = fresh.length; left > 0; left--) {
      int job = fresh[left - 1];
      int at = moved == start ? start : place(key.applyAsLong(job), jobs.id(job), moved, 0);
      System.arraycopy(sorted, at, sorted, at + left, moved - at);
      sorted[at + left - 1] = job;
      moved = at;
    }
  }
}
