package dev.sluice.accelerators.catalogue;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Where a model stands in the catalogue.
 *
 * @param file name of the file
 * @param line line on which it begins, from 1; 0: it stands in no file
 * @param recorded day on which its figures were written down; null where it has none
 */
public record Origin(String file, int line, @Nullable LocalDate recorded) {

  /** Of models that are part of the program. */
  public static final Origin PROGRAM = new Origin("Sluice itself", 0, null);

  @Override
  public String toString() {
    return line == 0 ? file : file + ", line " + line;
  }
}
