package dev.sluice.planner;

import dev.sluice.accelerators.capability.Requirements.MemoryNeed;
import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what a job would take somewhere. */
public interface Forecaster {

  /** The memory that a job's model takes in a number format; null: not known. */
  @Nullable MemoryNeed memory(JobClass job, NumberFormat format);

  /**
   * What one job would take.
   *
   * @param job the job
   * @param lane where
   * @param format number format of the arithmetic
   * @param devices devices that it gets
   */
  Outlook outlook(JobClass job, PlannedLane lane, NumberFormat format, int devices);

  /** What a job would take. */
  sealed interface Outlook {
    /**
     * It runs.
     *
     * @param seconds time, in seconds
     * @param joules energy of all its devices, at most, in joules; null: not known
     * @param bound what takes the longest, such as {@code memory}; empty: not known
     * @param notes what was assumed
     */
    record Runs(double seconds, @Nullable Double joules, String bound, List<String> notes)
        implements Outlook {
      public Runs {
        notes = List.copyOf(notes);
      }
    }

    /**
     * It can't run.
     *
     * @param reasons why, in sentences
     */
    record Cannot(List<String> reasons) implements Outlook {
      public Cannot {
        reasons = List.copyOf(reasons);
      }
    }

    /**
     * It may run, and nobody can say for how long.
     *
     * @param reasons why, in sentences
     */
    record Unknown(List<String> reasons) implements Outlook {
      public Unknown {
        reasons = List.copyOf(reasons);
      }
    }
  }
}
