package dev.sluice.benchmark.section;

import dev.sluice.producer.client.SluiceException;
import java.io.IOException;

/** Something that is measured. */
public interface BenchSection {
  /** Its name on the command line. */
  String name();

  /** What it is about, in a few words. */
  String title();

  /**
   * Measures.
   *
   * @param context where, and for how long
   * @param found takes each figure as soon as it is there
   */
  void run(BenchContext context, Found found)
      throws IOException, SluiceException, InterruptedException;
}
