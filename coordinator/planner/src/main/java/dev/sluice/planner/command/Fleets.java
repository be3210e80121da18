package dev.sluice.planner.command;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.planner.FleetFile;
import dev.sluice.planner.PlannedFleet;
import dev.sluice.planner.Reading;
import dev.sluice.platform.config.ConfigProblem;
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
