package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a job and a lane go together. */
public sealed interface Fit {

  /**
   * The lane can run it.
   *
   * @param devices devices that a job takes
   * @param seconds time of one job, in seconds
   * @param joules energy of one job at most, in joules; null: not known
   * @param format number format of the arithmetic
   * @param bound what takes the longest; empty: not known
   * @param notes what was assumed
   */
  record Runs(
      int devices,
      double seconds,
      @Nullable Double joules,
      NumberFormat format,
      String bound,
      List<String> notes)
      implements Fit {
    public Runs {
      notes = List.copyOf(notes);
      if (!(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("A job takes some time, not " + seconds + " s.");
      }
    }
  }

  /**
   * It can't.
   *
   * @param reasons all of them, in sentences
   */
  record Impossible(List<String> reasons) implements Fit {
    public Impossible {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * It may, and how long that takes can't be said, so that it is not simulated.
   *
   * @param reasons what isn't published
   */
  record Unpredictable(List<String> reasons) implements Fit {
    public Unpredictable {
      reasons = List.copyOf(reasons);
    }
  }
}
