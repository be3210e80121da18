package dev.sluice.accelerators.catalogue;

import dev.sluice.schemas.wire.Cause;
import java.util.List;

/** What reading catalogue files came to. */
public sealed interface CatalogueResult {

  /**
   * All files are sound.
   *
   * @param catalogue what they say
   */
  record Sound(Catalogue catalogue) implements CatalogueResult {}

  /**
   * Some file is not sound, and nothing of it is used.
   *
   * @param problems everything that is wrong, each with its file and line; a bounded number, then
   *     how many more there are
   */
  record Invalid(List<Cause> problems) implements CatalogueResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
