package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet makes of a mix of jobs. Nothing of it was measured: times and energies are those of
 * the cost model.
 *
 * @param fleet the fleet
 * @param mix the jobs
 * @param totals figures of all of it
 * @param jobs what comes of each class of jobs, in the order of the mix
 * @param lanes what each lane does, in the order of the fleet
 * @param timeline what waits and works over time
 * @param bottleneck what holds the rest up
 * @param changes smallest changes to the fleet that mend what doesn't work; empty: all works, or
 *     nothing in the catalogue would mend it
 */
public record Plan(
    PlannedFleet fleet,
    JobMix mix,
    Totals totals,
    List<JobOutcome> jobs,
    List<LaneOutcome> lanes,
    Timeline timeline,
    Bottleneck bottleneck,
    List<Change> changes) {

  public Plan {
    jobs = List.copyOf(jobs);
    lanes = List.copyOf(lanes);
    changes = List.copyOf(changes);
  }

  /** What comes of a class of jobs. */
  public enum Status {
    /** They run. */
    RUNS,
    /** No lane can ever run them. */
    NEVER,
    /** Some lane may run them, and what they take there isn't known; they were left out. */
    UNPREDICTABLE
  }

  /**
   * Figures of all of a plan.
   *
   * @param arrived jobs that arrived
   * @param done jobs that were done
   * @param never jobs that can never run
   * @param unpredictable jobs that were left out
   * @param makespanSeconds from the start to the end of the last job
   * @param keepsUp whether all that can run has started soon after the last job arrived
   * @param graceSeconds how soon: a twentieth of the horizon
   * @param joules energy of all jobs at most; null: not known of some device
   * @param wattsMost most that devices drew together; null: not known of some device
   * @param powerShortSeconds time for which a job waited for power alone
   * @param events arrivals and ends that were simulated
   * @param looks lanes that were looked at to place or start jobs
   */
  public record Totals(
      long arrived,
      long done,
      long never,
      long unpredictable,
      double makespanSeconds,
      boolean keepsUp,
      double graceSeconds,
      @Nullable Double joules,
      @Nullable Double wattsMost,
      double powerShortSeconds,
      long events,
      long looks) {}

  /**
   * What comes of a class of jobs.
   *
   * @param job the class
   * @param status whether it runs
   * @param arrived jobs that arrived
   * @param done jobs that were done
   * @param waits how long they waited
   * @param where lanes that can run them, in the order of the fleet
   * @param refusals lanes that can't, with all reasons
   * @param joules energy of all of them at most; null: not known
   */
  public record JobOutcome(
      JobClass job,
      Status status,
      long arrived,
      long done,
      Waits waits,
      List<Where> where,
      List<Refusal> refusals,
      @Nullable Double joules) {
    public JobOutcome {
      where = List.copyOf(where);
      refusals = List.copyOf(refusals);
    }
  }

  /**
   * How long jobs waited before they started, in seconds; quantiles are right within 2 %.
   *
   * @param mean on average
   * @param p50 half of them at most
   * @param p95 19 of 20 at most
   * @param most the longest
   */
  public record Waits(double mean, double p50, double p95, double most) {}

  /**
   * A lane that can run a class of jobs.
   *
   * @param lane the lane
   * @param ran jobs that ran there
   * @param devices devices that a job takes
   * @param seconds time of one job
   * @param joules energy of one job at most; null: not known
   * @param format number format of the arithmetic
   * @param bound what takes the longest; may be empty
   * @param notes what was assumed
   */
  public record Where(
      String lane,
      long ran,
      int devices,
      double seconds,
      @Nullable Double joules,
      NumberFormat format,
      String bound,
      List<String> notes) {
    public Where {
      notes = List.copyOf(notes);
    }
  }

  /**
   * A lane that doesn't run a class of jobs.
   *
   * @param lane the lane
   * @param possible whether it may, at a price that isn't known
   * @param reasons why not, in sentences
   */
  public record Refusal(String lane, boolean possible, List<String> reasons) {
    public Refusal {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * What a lane does.
   *
   * @param lane the lane
   * @param jobs jobs that ran there
   * @param utilisation share of its devices' time, from start to the end of the last job, in which
   *     they work
   * @param utilisationWithinHorizon the same while jobs arrive
   * @param waitingMost most jobs that waited at a time
   * @param waitingAtHorizon jobs that waited when the last had arrived
   * @param waitingSecondsAtHorizon the time that all devices of the lane together take for these
   * @param joules energy at most; null: not known
   */
  public record LaneOutcome(
      PlannedLane lane,
      long jobs,
      double utilisation,
      double utilisationWithinHorizon,
      int waitingMost,
      int waitingAtHorizon,
      double waitingSecondsAtHorizon,
      @Nullable Double joules) {}

  /**
   * Samples at some times; each list is as long as that of the times.
   *
   * @param seconds times from the start
   * @param lanes by lane, in the order of the fleet
   * @param watts power of all devices that work; empty: not known of some device
   */
  public record Timeline(List<Double> seconds, List<LaneSamples> lanes, List<Double> watts) {
    public Timeline {
      seconds = List.copyOf(seconds);
      lanes = List.copyOf(lanes);
      watts = List.copyOf(watts);
    }
  }

  /**
   * What waits and works on a lane.
   *
   * @param lane the lane
   * @param waiting jobs that wait
   * @param busy devices that work
   */
  public record LaneSamples(String lane, List<Integer> waiting, List<Integer> busy) {
    public LaneSamples {
      waiting = List.copyOf(waiting);
      busy = List.copyOf(busy);
    }
  }

  /**
   * What holds the rest up.
   *
   * @param kind what sort of thing
   * @param what its name: a lane, or a class of jobs that lacks a capability
   * @param says the figure that says so, in sentences
   */
  public record Bottleneck(Kind kind, String what, String says) {
    /** Sorts of bottlenecks. */
    public enum Kind {
      /** Nothing that the fleet has can run some jobs. */
      CAPABILITY,
      /** Jobs wait for power. */
      POWER,
      /** Jobs wait for devices of a lane. */
      LANE,
      /** Jobs hardly wait. */
      NONE
    }
  }

  /**
   * A change to the fleet.
   *
   * @param purpose what it mends
   * @param jobs classes of jobs that it is for
   * @param devices devices to add; 0: none
   * @param accelerator their kind; empty where none are added
   * @param lane the lane of the fleet that is changed; empty: none, or devices get a lane of their
   *     own
   * @param group devices of a worker afterwards; 0: as it was
   * @param budgetWatts budget of the fleet afterwards; null: as it was
   * @param says the change in a sentence
   * @param alternatives other changes that would do, in sentences
   */
  public record Change(
      Purpose purpose,
      List<String> jobs,
      long devices,
      String accelerator,
      String lane,
      int group,
      @Nullable Double budgetWatts,
      String says,
      List<String> alternatives) {
    /** What a change mends. */
    public enum Purpose {
      /** Jobs that could never run can. */
      MAKE_POSSIBLE,
      /** Jobs are done soon after the last has arrived. */
      KEEP_UP
    }

    public Change {
      jobs = List.copyOf(jobs);
      alternatives = List.copyOf(alternatives);
    }

    /** Of no device, no worker and no budget so far. */
    static Change of(Purpose purpose, List<String> jobs, String says) {
      return new Change(purpose, jobs, 0, "", "", 0, null, says, List.of());
    }

    Change saying(String words) {
      return new Change(
          purpose, jobs, devices, accelerator, lane, group, budgetWatts, words, alternatives);
    }

    Change withBudget(@Nullable Double watts) {
      return new Change(
          purpose, jobs, devices, accelerator, lane, group, watts, says, alternatives);
    }

    Change withDevices(long number, String kind, String where) {
      return new Change(purpose, jobs, number, kind, where, group, budgetWatts, says, alternatives);
    }

    Change withGroup(int number, String where) {
      return new Change(
          purpose, jobs, devices, accelerator, where, number, budgetWatts, says, alternatives);
    }

    Change withAlternatives(List<String> others) {
      return new Change(
          purpose, jobs, devices, accelerator, lane, group, budgetWatts, says, others);
    }
  }

  /** Whether some jobs can't be said to run ever. */
  public boolean somethingNeverRuns() {
    return totals.never() > 0 || totals.unpredictable() > 0;
  }
}
