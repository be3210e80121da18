package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.platform.document.Document;
import dev.sluice.platform.document.DocumentKind;
import dev.sluice.platform.document.Section;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a file that describes a fleet. */
public final class FleetFile {

  private static final DocumentKind KIND =
      new DocumentKind(
          "fleet file",
          "Join lanes of the same accelerator.",
          "Start with `name:` and `lanes:`.",
          "It is one document.",
          "Put it into a file of its own.");

  private static final Pattern LANE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final int LANES_MAX = 1_000;
  private static final int GROUP_MAX = 4_096;
  private static final double WATTS_MAX = 100_000;
  private static final double KILOWATTS_MAX = 10_000_000;
  private static final double WATTS_PER_KILOWATT = 1_000;

  private final Section top;
  private final Catalogue catalogue;
  private final Set<String> names = new HashSet<>();

  private FleetFile(Section top, Catalogue catalogue) {
    this.top = top;
    this.catalogue = catalogue;
  }

  /**
   * Reads a file.
   *
   * @param file what to call it in messages
   * @param text what it says
   * @param catalogue the accelerators that it may name
   */
  public static Reading<PlannedFleet> parse(String file, String text, Catalogue catalogue) {
    var problems = new Problems();
    var document = Document.read(text, KIND, problems);
    var fleet = problems.any() ? null : new FleetFile(document.fields(problems), catalogue).fleet();
    return fleet == null || problems.any()
        ? new Reading.Invalid<>(
            problems.list().stream().map(problem -> document.placed(file, problem)).toList())
        : new Reading.Sound<>(fleet);
  }

  private @Nullable PlannedFleet fleet() {
    var name = top.required("name", "Reports name the fleet by it.");
    var source = top.text("source", "");
    var note = top.text("note", "");
    Double budget =
        top.has("powerBudgetKilowatts")
            ? Bounds.positive(top, "powerBudgetKilowatts", 1, KILOWATTS_MAX) * WATTS_PER_KILOWATT
            : null;
    if (!top.has("lanes")) {
      top.missing("lanes", "It lists the devices.");
    }
    var items = top.items("lanes");
    if (top.has("lanes") && (items.isEmpty() || items.size() > LANES_MAX)) {
      top.problems()
          .add(
              Code.OUT_OF_RANGE,
              top.at("lanes"),
              "The fleet has " + items.size() + " lanes.",
              "It has 1 to " + LANES_MAX + ".",
              "Describe at least one, and join lanes that are alike.");
    }
    var lanes = new ArrayList<PlannedLane>();
    for (int i = 0; i < Math.min(items.size(), LANES_MAX); i++) {
      var section = new Section(items.get(i), top.at("lanes") + "[" + i + "]", top.problems());
      var lane = lane(section, budget != null);
      section.end();
      if (lane != null) {
        lanes.add(lane);
      }
    }
    top.end();
    return lanes.isEmpty() ? null : new PlannedFleet(name, source, note, budget, lanes);
  }

  private @Nullable PlannedLane lane(Section section, boolean budgeted) {
    var name = section.required("lane", "Jobs and reports name the devices by it.");
    if (!name.isEmpty()) {
      checkName(section, name);
    }
    if (!section.has("count")) {
      section.missing("count", "It is the number of devices.");
    }
    int count = Bounds.small(section, "count", 1, 1, PlannedLane.COUNT_MAX);
    int group = Bounds.small(section, "group", 1, 1, GROUP_MAX);
    if (group > count) {
      section
          .problems()
          .add(
              Code.CONTRADICTION,
              section.at("group"),
              "A worker has " + group + " devices, and the lane has " + count + ".",
              "`group` is the number of devices of one worker, `count` of the lane.",
              "Write a group of at most the count.");
    }
    Double watts =
        section.has("powerWatts") ? Bounds.positive(section, "powerWatts", 1, WATTS_MAX) : null;
    var model = accelerator(section);
    if (model == null) {
      return null;
    }
    if (budgeted && watts == null && model.power().tdpWatts() == null) {
      section
          .problems()
          .add(
              Code.NOT_PUBLISHED,
              section.at("powerWatts"),
              "What a " + model.id() + " draws isn't published" + range(model) + ".",
              "The fleet has a power budget, which can't be kept without it.",
              "Write `powerWatts:` with what you reckon on, or remove the budget.");
    }
    return new PlannedLane(name, model, count, Math.min(group, count), watts);
  }

  private void checkName(Section section, String name) {
    if (!LANE.matcher(name).matches()) {
      section
          .problems()
          .add(
              Code.INVALID_NAME,
              section.at("lane"),
              "'" + name + "' can't be a lane.",
              "A lane has 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and"
                  + " begins with a letter or digit.",
              "Write one such as gpu-train.");
    }
    if (!names.add(name)) {
      section
          .problems()
          .add(
              Code.NAMED_TWICE,
              section.at("lane"),
              "The lane " + name + " is there twice.",
              "A lane has one kind of device.",
              "Give one of the two another name, or join them.");
    }
  }

  private @Nullable AcceleratorModel accelerator(Section section) {
    var id = section.required("accelerator", "It is the kind of device.");
    if (id.isEmpty()) {
      return null;
    }
    var model = catalogue.find(id).orElse(null);
    if (model == null) {
      section
          .problems()
          .add(
              Code.NO_SUCH_ACCELERATOR,
              section.at("accelerator"),
              "There is no accelerator '" + id + "'.",
              "The catalogue has " + catalogue.ids().size() + " others.",
              catalogue.nearest(id) + "`sluice accelerators` lists all.");
    }
    return model;
  }

  private static String range(AcceleratorModel model) {
    var power = model.power();
    return power.leastWatts() == null || power.mostWatts() == null
        ? ""
        : String.format(
            Locale.ROOT, " but as a range, %.0f to %.0f W", power.leastWatts(), power.mostWatts());
  }

  /** The names of a fleet's lanes. */
  public static List<String> names(PlannedFleet fleet) {
    return fleet.lanes().stream().map(PlannedLane::lane).toList();
  }
}
