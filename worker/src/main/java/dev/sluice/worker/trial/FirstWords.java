package dev.sluice.worker.trial;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * What a process says first on a stream that is read to its end: a process that does not come up
 * says why, and all else that it may write goes nowhere.
 */
final class FirstWords {

  private static final int BYTES_MAX = 500;
  private static final long LAST_MS_MAX = 1_000;

  private final ByteArrayOutputStream first = new ByteArrayOutputStream(BYTES_MAX);
  private final Thread thread;

  /**
   * @param from read until its end, and closed
   */
  FirstWords(InputStream from) {
    thread = Thread.ofPlatform().daemon().name("trial-errors").start(() -> read(from));
  }

  private void read(InputStream from) {
    var buffer = new byte[BYTES_MAX];
    try (from) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        first.write(buffer, 0, Math.min(n, BYTES_MAX - first.size()));
      }
    } catch (IOException gone) {
      // The process has been ended.
    }
  }

  /** In one line, once the process has ended; empty where it has said nothing. */
  String text() {
    try {
      thread.join(LAST_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return first.toString(StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
  }
}
