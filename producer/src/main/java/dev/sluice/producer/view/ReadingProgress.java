package dev.sluice.producer.view;

import java.util.Locale;

/**
 * How far a log is read that must be read before anything is known.
 *
 * @param records records read; those that were compacted away count, too
 * @param of records that there were when reading began
 */
public record ReadingProgress(long records, long of) {

  /** Nothing is read, and it is not known how much there is. */
  public static final ReadingProgress NOTHING = new ReadingProgress(0, 0);

  /** The same in words. */
  public String text() {
    return of == 0 && records == 0
        ? "it has not reached the brokers yet"
        : String.format(Locale.ROOT, "%,d of %,d records are read", records, of);
  }
}
