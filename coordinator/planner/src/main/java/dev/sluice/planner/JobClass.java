package dev.sluice.planner;

import dev.sluice.accelerators.capability.Requirements.Purpose;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.ModelCost;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Priority;
import java.util.List;
import java.util.Set;

/**
 * Jobs that are alike.
 *
 * @param name what to call them
 * @param model what they train or use
 * @param work what each of them does
 * @param arrival when they come
 * @param wishes what they ask of placement
 */
public record JobClass(String name, ModelCost model, Work work, Arrival arrival, Wishes wishes) {

  /**
   * What one job does.
   *
   * @param purpose training or inference
   * @param formats number formats, any of which will do; in the order of the constants
   * @param samples samples, or tokens, to train on or to answer
   * @param batch samples, or tokens, of a training step over all its devices
   * @param devices devices that a job takes; 0: as few as its memory demands
   * @param scenario how samples of an inference job come
   */
  public record Work(
      Purpose purpose,
      Set<NumberFormat> formats,
      long samples,
      long batch,
      int devices,
      Scenario scenario) {

    public Work {
      formats = Set.copyOf(formats);
    }

    /** Training steps. */
    public long steps() {
      return Math.ceilDiv(samples, batch);
    }
  }

  /**
   * What jobs ask of placement.
   *
   * @param priority which queue they wait in
   * @param aim what placement lowers
   * @param lanes the only lanes that will do; empty: any
   * @param notLanes lanes that will not do
   */
  public record Wishes(Priority priority, Aim aim, List<String> lanes, List<String> notLanes) {

    /** None. */
    public static final Wishes NONE = new Wishes(Priority.NORMAL, Aim.FINISH, List.of(), List.of());

    public Wishes {
      lanes = List.copyOf(lanes);
      notLanes = List.copyOf(notLanes);
    }
  }

  /** The same jobs, each on as few devices as its memory demands. */
  JobClass onAnyDevices() {
    var free =
        new Work(work.purpose(), work.formats(), work.samples(), work.batch(), 0, work.scenario());
    return new JobClass(name, model, free, arrival, wishes);
  }

  /** The same jobs, each on any lane that it doesn't rule out. */
  JobClass onAnyLane() {
    var free = new Wishes(wishes.priority(), wishes.aim(), List.of(), wishes.notLanes());
    return new JobClass(name, model, work, arrival, free);
  }

  /** Whether these jobs train. */
  public boolean trains() {
    return work.purpose() == Purpose.TRAIN;
  }
}
