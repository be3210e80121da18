package dev.sluice.planner;

import dev.sluice.accelerators.capability.Requirements.MemoryNeed;
import dev.sluice.accelerators.capability.Requirements.Purpose;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Priority;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fleets and jobs whose times are given, so that plans can be worked out by hand. */
final class PlanFixture {

  static final double SECOND = 1 / 3600.0;

  private PlanFixture() {}

  static AcceleratorModel model(String id) {
    return CatalogueFiles.builtIn().find(id).orElseThrow();
  }

  static PlannedLane lane(String name, String accelerator, int count) {
    return new PlannedLane(name, model(accelerator), count, 1, null);
  }

  static PlannedFleet fleet(PlannedLane... lanes) {
    return new PlannedFleet("test", "", "", null, List.of(lanes));
  }

  static PlannedFleet fleet(double budgetWatts, PlannedLane... lanes) {
    return new PlannedFleet("test", "", "", budgetWatts, List.of(lanes));
  }

  static JobMix mix(double hours, JobClass... jobs) {
    return new JobMix("jobs", "", "", hours, 1, List.of(jobs));
  }

  static JobClass inference(String name, Arrival arrival) {
    return inference(name, arrival, Priority.NORMAL, Aim.FINISH, 0);
  }

  static JobClass inference(String name, Arrival arrival, Priority priority, Aim aim, int devices) {
    return new JobClass(
        name,
        ModelCosts.builtIn().find("resnet50").orElseThrow(),
        new JobClass.Work(
            Purpose.INFER, Set.of(NumberFormat.INT8), 1, 1, devices, Scenario.OFFLINE),
        arrival,
        new JobClass.Wishes(priority, aim, List.of(), List.of()));
  }

  static Plan plan(PlannedFleet fleet, JobMix mix, Map<String, Double> seconds) {
    return new Planner(CatalogueFiles.builtIn(), new Given(seconds)).plan(fleet, mix);
  }

  static Scene scene(PlannedFleet fleet, JobMix mix, Map<String, Double> seconds) {
    return Scene.of(fleet, mix, new Matching(new Given(seconds)));
  }

  static Plan.JobOutcome job(Plan plan, String name) {
    return plan.jobs().stream().filter(o -> o.job().name().equals(name)).findFirst().orElseThrow();
  }

  static Plan.LaneOutcome lane(Plan plan, String name) {
    return plan.lanes().stream()
        .filter(o -> o.lane().lane().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Times by lane; the energy of a job is its time at what the devices draw at most.
   *
   * @param seconds time of a job by lane
   */
  private record Given(Map<String, Double> seconds) implements Forecaster {
    @Override
    public @Nullable MemoryNeed memory(JobClass job, NumberFormat format) {
      return null;
    }

    @Override
    public Outlook outlook(JobClass job, PlannedLane lane, NumberFormat format, int devices) {
      var time = seconds.get(lane.lane());
      var watts = lane.watts();
      return time == null
          ? new Outlook.Unknown(List.of("Nobody published it."))
          : new Outlook.Runs(
              time, watts == null ? null : watts * devices * time, "compute", List.of());
    }
  }
}
