package dev.sluice.coordinator.shell.plan;

import dev.sluice.coordinator.plan.FleetFile;
import dev.sluice.coordinator.plan.PlannedFleet;
import dev.sluice.coordinator.plan.Reading;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.config.ConfigProblem;
import dev.sluice.schemas.wire.Cause;
import java.util.ArrayList;

/** Fleets by the name of a file or a preset. */
public final class Fleets {

  private Fleets() {}

  /**
   * Reads a fleet.
   *
   * @param name file or preset
   * @param catalogue accelerators that it may name
   * @throws ConfigProblem with everything that is wrong
   */
  public static PlannedFleet read(String name, Catalogue catalogue) {
    var problems = new ArrayList<Cause>();
    var text = PlanInput.text(name, Presets.FLEETS, "--fleet", problems);
    if (!problems.isEmpty()) {
      throw new ConfigProblem(problems);
    }
    return switch (FleetFile.parse(name, text, catalogue)) {
      case Reading.Sound<PlannedFleet>(var fleet) -> fleet;
      case Reading.Invalid<PlannedFleet>(var wrong) -> throw new ConfigProblem(wrong);
    };
  }
}
