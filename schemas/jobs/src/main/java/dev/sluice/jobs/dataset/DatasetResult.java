package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.Cause;
import java.util.List;

/** What reading a data set came to. */
public sealed interface DatasetResult {
  /** It can be used. */
  record Loaded(Dataset dataset) implements DatasetResult {}

  /**
   * It cannot be used.
   *
   * @param problems everything that is wrong, in the order of the file; a bounded number, then how
   *     many more there are
   */
  record Invalid(List<Cause> problems) implements DatasetResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
