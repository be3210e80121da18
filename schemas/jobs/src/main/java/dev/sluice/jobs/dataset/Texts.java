package dev.sluice.jobs.dataset;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Short texts, one behind the other: a string for each row would take several times the memory. */
final class Texts {
  private static final int FIRST_TEXTS = 1024;
  private static final int FIRST_BYTES = 1 << 13;

  private int count;
  private int[] ends = new int[FIRST_TEXTS];
  private byte[] bytes = new byte[FIRST_BYTES];

  void add(String text) {
    byte[] more = text.getBytes(StandardCharsets.UTF_8);
    int from = end(count);
    int end = Math.addExact(from, more.length);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, grown(bytes.length, end));
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, grown(ends.length, count + 1));
    }
    System.arraycopy(more, 0, bytes, from, more.length);
    ends[count] = end;
    count++;
  }

  boolean isEmpty(int index) {
    return end(index) == ends[index];
  }

  String get(int index) {
    return new String(bytes, end(index), ends[index] - end(index), StandardCharsets.UTF_8);
  }

  private int end(int before) {
    return before == 0 ? 0 : ends[before - 1];
  }

  private static int grown(int length, int wanted) {
    return (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(wanted, length + (length >> 1) + 1L));
  }
}
