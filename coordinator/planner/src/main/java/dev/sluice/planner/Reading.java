package dev.sluice.planner;

import dev.sluice.schemas.wire.Cause;
import java.util.List;

/**
 * What reading a file came to.
 *
 * @param <T> what the file describes
 */
public sealed interface Reading<T> {

  /**
   * The file is sound.
   *
   * @param value what it says
   */
  record Sound<T>(T value) implements Reading<T> {}

  /**
   * It is not.
   *
   * @param problems everything that is wrong, each with file and line
   */
  record Invalid<T>(List<Cause> problems) implements Reading<T> {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
