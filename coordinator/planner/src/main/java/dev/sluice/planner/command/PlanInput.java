package dev.sluice.planner.command;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.planner.FleetFile;
import dev.sluice.planner.JobMix;
import dev.sluice.planner.MixFile;
import dev.sluice.planner.PlannedFleet;
import dev.sluice.planner.Reading;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.document.Document;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.problem.Utf8;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a plan is made from.
 *
 * @param fleet the fleet
 * @param mix the jobs
 */
record PlanInput(PlannedFleet fleet, JobMix mix) {

  /** A character takes four bytes at most. */
  private static final long FILE_BYTES_MAX = 4L * Document.CHARS_MAX;

  /**
   * Reads both, so that the mistakes of both are told at once.
   *
   * @param fleet file or preset
   * @param mix file or preset
   * @param catalogue accelerators that the fleet may name
   * @throws ConfigProblem with everything that is wrong
   */
  static PlanInput read(String fleet, String mix, Catalogue catalogue) {
    var problems = new ArrayList<Cause>();
    var fleetText = text(fleet, Presets.FLEETS, "--fleet", problems);
    var mixText = text(mix, Presets.MIXES, "--jobs", problems);
    if (!problems.isEmpty()) {
      throw new ConfigProblem(problems);
    }
    var costs = ModelCosts.builtIn();
    return switch (FleetFile.parse(fleet, fleetText, catalogue)) {
      case Reading.Invalid<PlannedFleet>(var wrong) -> {
        problems.addAll(wrong);
        // Lanes aren't known then, so that what the mix says of them can't be judged.
        if (MixFile.parse(mix, mixText, costs) instanceof Reading.Invalid<JobMix>(var others)) {
          problems.addAll(others);
        }
        throw new ConfigProblem(problems);
      }
      case Reading.Sound<PlannedFleet>(var sound) ->
          switch (MixFile.parse(mix, mixText, costs, FleetFile.names(sound))) {
            case Reading.Invalid<JobMix>(var wrong) -> throw new ConfigProblem(wrong);
            case Reading.Sound<JobMix>(var jobs) -> new PlanInput(sound, jobs);
          };
    };
  }

  /** The text of a file or a preset. */
  static String text(String name, Presets presets, String option, List<Cause> problems) {
    try {
      var file = Path.of(name);
      if (Files.isRegularFile(file)) {
        if (Files.size(file) > FILE_BYTES_MAX) {
          problems.add(
              bad(
                  Code.TOO_LARGE,
                  option,
                  name + " has " + Files.size(file) + " bytes.",
                  "At most " + FILE_BYTES_MAX + " are read.",
                  "Join what is alike."));
          return "";
        }
        var found = new Problems();
        var text = Utf8.decode(Files.readAllBytes(file), "file", name, found);
        problems.addAll(found.list());
        return text.orElse("");
      }
    } catch (InvalidPathException e) {
      // Then it can only be a preset.
    } catch (IOException e) {
      problems.add(
          bad(
              Code.UNREADABLE_FILE,
              option,
              name + " can't be read.",
              String.valueOf(e.getMessage()),
              "See that you may read it."));
      return "";
    }
    var preset = presets.text(name);
    if (preset.isEmpty()) {
      problems.add(
          bad(
              Code.NO_SUCH_FILE,
              option,
              "There is no file and no preset '" + name + "'.",
              "Presets are " + String.join(", ", presets.names()) + ".",
              NearestName.hint(name, presets.names()) + "Name a file or one of these."));
    }
    return preset.orElse("");
  }

  private static Cause bad(Code code, String option, String what, String why, String mend) {
    return new Cause(code, option, what, why, mend);
  }
}
