package dev.sluice.planner;

import dev.sluice.accelerators.capability.Requirements.Purpose;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.ModelCost;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.platform.document.Document;
import dev.sluice.platform.document.DocumentKind;
import dev.sluice.platform.document.Section;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Priority;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a file that describes the jobs of some hours. */
public final class MixFile {

  private static final DocumentKind KIND =
      new DocumentKind(
          "job mix",
          "Join classes of jobs that are alike.",
          "Start with `name:`, `hours:` and `jobs:`.",
          "It is one document.",
          "Put it into a file of its own.");

  private static final int CLASSES_MAX = 1_000;
  private static final double HOURS_MAX = 87_600;
  private static final double PER_HOUR_MAX = 1e9;
  private static final long SAMPLES_MAX = 1_000_000_000_000_000L;
  private static final long BATCH_MAX = 1_000_000_000_000L;
  private static final int DEVICES_MAX = 1_000_000;

  /** What jobs compute in where they don't say; 4 bits change answers, so they have to be asked. */
  private static final Set<NumberFormat> INFERENCE_FORMATS =
      Set.of(NumberFormat.INT8, NumberFormat.FP8, NumberFormat.FP16, NumberFormat.BF16);

  private static final Set<NumberFormat> TRAINING_FORMATS =
      Set.of(NumberFormat.BF16, NumberFormat.FP16, NumberFormat.TF32, NumberFormat.FP32);

  /** What may be asked for, as the file spells it. */
  private enum Kind {
    TRAINING,
    INFERENCE
  }

  private final Section top;
  private final ModelCosts models;
  private final @Nullable List<String> lanes;
  private final Set<String> names = new HashSet<>();

  private MixFile(Section top, ModelCosts models, @Nullable List<String> lanes) {
    this.top = top;
    this.models = models;
    this.lanes = lanes;
  }

  /** Reads a file whose fleet isn't known, so that any lane will do. */
  public static Reading<JobMix> parse(String file, String text, ModelCosts models) {
    return read(file, text, models, null);
  }

  /**
   * Reads a file.
   *
   * @param file what to call it in messages
   * @param text what it says
   * @param models the models that it may name
   * @param lanes lanes of the fleet that it is for
   */
  public static Reading<JobMix> parse(
      String file, String text, ModelCosts models, List<String> lanes) {
    return read(file, text, models, lanes);
  }

  private static Reading<JobMix> read(
      String file, String text, ModelCosts models, @Nullable List<String> lanes) {
    var problems = new Problems();
    var document = Document.read(text, KIND, problems);
    var mix = problems.any() ? null : new MixFile(document.fields(problems), models, lanes).mix();
    return mix == null || problems.any()
        ? new Reading.Invalid<>(
            problems.list().stream().map(problem -> document.placed(file, problem)).toList())
        : new Reading.Sound<>(mix);
  }

  private @Nullable JobMix mix() {
    var name = top.required("name", "Reports name the mix by it.");
    var source = top.text("source", "");
    var note = top.text("note", "");
    if (!top.has("hours")) {
      top.missing("hours", "It is the time in which jobs arrive.");
    }
    double hours = Bounds.positive(top, "hours", 1, HOURS_MAX);
    long seed = top.whole("seed", 1);
    if (!top.has("jobs")) {
      top.missing("jobs", "It lists classes of jobs.");
    }
    var items = top.items("jobs");
    if (top.has("jobs") && (items.isEmpty() || items.size() > CLASSES_MAX)) {
      problem(
          Code.OUT_OF_RANGE,
          top,
          "jobs",
          "The mix has " + items.size() + " classes of jobs.",
          "It has 1 to " + CLASSES_MAX + ".",
          "Describe at least one, and join those that are alike.");
    }
    var jobs = new ArrayList<JobClass>();
    for (int i = 0; i < Math.min(items.size(), CLASSES_MAX); i++) {
      var section = new Section(items.get(i), top.at("jobs") + "[" + i + "]", top.problems());
      var job = job(section, hours);
      section.end();
      if (job != null) {
        jobs.add(job);
      }
    }
    top.end();
    checkTotal(jobs, hours);
    return jobs.isEmpty() ? null : new JobMix(name, source, note, hours, seed, jobs);
  }

  private void checkTotal(List<JobClass> jobs, double hours) {
    double expected = jobs.stream().mapToDouble(job -> job.arrival().expected(hours)).sum();
    if (expected > JobMix.JOBS_MAX) {
      problem(
          Code.TOO_MANY,
          top,
          "jobs",
          String.format(Locale.ROOT, "%.0f jobs are to be expected.", expected),
          "At most " + JobMix.JOBS_MAX + " are simulated.",
          "Lower the rates, or plan fewer hours.");
    }
  }

  private @Nullable JobClass job(Section section, double hours) {
    var name = section.required("name", "Reports name the jobs by it.");
    if (!name.isEmpty() && !names.add(name)) {
      problem(
          Code.NAMED_TWICE,
          section,
          "name",
          "The name " + name + " is taken.",
          "Reports tell classes of jobs apart by it.",
          "Give one of the two another.");
    }
    if (!section.has("kind")) {
      section.missing("kind", "It is training or inference.");
    }
    var purpose =
        switch (section.choice("kind", Kind.class, Kind.INFERENCE)) {
          case TRAINING -> Purpose.TRAIN;
          case INFERENCE -> Purpose.INFER;
        };
    var work = work(section, purpose);
    var arrival = arrival(section, hours);
    var wishes =
        new JobClass.Wishes(
            section.choice("priority", Priority.class, Priority.NORMAL),
            section.choice("aim", Aim.class, Aim.FINISH),
            lanes(section, "lanes"),
            lanes(section, "notLanes"));
    var model = model(section);
    return model == null ? null : new JobClass(name, model, work, arrival, wishes);
  }

  private JobClass.Work work(Section section, Purpose purpose) {
    boolean trains = purpose == Purpose.TRAIN;
    if (!section.has("samples")) {
      section.missing("samples", "It is how many samples, or tokens, a job works on.");
    }
    if (trains && !section.has("batch")) {
      section.missing("batch", "It is how many samples, or tokens, a training step takes in all.");
    }
    if (!trains && section.has("batch")) {
      problem(
          Code.CONTRADICTION,
          section,
          "batch",
          "An inference job has no batch here.",
          "The cost model takes the batch that suits the device and the scenario.",
          "Remove it, or write `scenario: single-stream` for one sample at a time.");
    }
    if (trains && section.has("scenario")) {
      problem(
          Code.CONTRADICTION,
          section,
          "scenario",
          "A training job has no scenario.",
          "Scenarios say how samples of inference come.",
          "Remove it.");
    }
    return new JobClass.Work(
        purpose,
        formats(section, trains ? TRAINING_FORMATS : INFERENCE_FORMATS),
        Bounds.whole(section, "samples", 1, 1, SAMPLES_MAX),
        trains ? Bounds.whole(section, "batch", 1, 1, BATCH_MAX) : 1,
        Bounds.small(section, "devices", 0, section.has("devices") ? 1 : 0, DEVICES_MAX),
        section.choice("scenario", Scenario.class, Scenario.OFFLINE));
  }

  private Set<NumberFormat> formats(Section section, Set<NumberFormat> usual) {
    boolean one = section.has("format");
    boolean several = section.has("formats");
    if (one && several) {
      problem(
          Code.CONTRADICTION,
          section,
          "formats",
          "Both format and formats are given.",
          "`format` names one, `formats` lists several that will do.",
          "Keep one of the two.");
    }
    var labels = one ? List.of(section.text("format", "")) : section.texts("formats");
    if (!one && !several) {
      return usual;
    }
    var formats = new TreeSet<NumberFormat>();
    for (int i = 0; i < labels.size(); i++) {
      var format = NumberFormat.of(labels.get(i));
      var where = one ? section.at("format") : section.at("formats") + "[" + i + "]";
      if (format.isPresent()) {
        formats.add(format.get());
      } else {
        section.unknown(where, labels.get(i), NumberFormat.labels());
      }
    }
    if (several && labels.isEmpty()) {
      problem(
          Code.EMPTY,
          section,
          "formats",
          "No format is listed.",
          "Some format has to do.",
          "List one, or remove the field.");
    }
    return formats.isEmpty() ? usual : formats;
  }

  private Arrival arrival(Section section, double hours) {
    boolean random = section.has("perHour");
    boolean counted = section.has("count");
    if (random == counted) {
      problem(
          random ? Code.CONTRADICTION : Code.MISSING_FIELD,
          section,
          random ? "perHour" : "count",
          random ? "Both perHour and count are given." : "It does not say how many jobs come.",
          "Jobs come at random (`perHour`), spread evenly (`count`) or all at once (`count` and"
              + " `at`).",
          random ? "Keep one of the two." : "Add `perHour:` or `count:`.");
    }
    if (random) {
      if (section.has("at")) {
        problem(
            Code.CONTRADICTION,
            section,
            "at",
            "Jobs that come at random do not come at once.",
            "`at` is the hour at which the jobs of `count` come.",
            "Remove `at`, or write `count` instead of `perHour`.");
      }
      return new Arrival.Random(Bounds.positive(section, "perHour", 1, PER_HOUR_MAX));
    }
    long jobs = Bounds.whole(section, "count", 1, 1, JobMix.JOBS_MAX);
    if (!section.has("at")) {
      return new Arrival.Even(jobs);
    }
    double hour = section.number("at", 0);
    if (!(hour >= 0 && hour <= hours)) {
      problem(
          Code.OUT_OF_RANGE,
          section,
          "at",
          "The jobs come at hour " + hour + ".",
          "The mix has the hours 0 to " + hours + ".",
          "Write an hour within.");
    }
    return new Arrival.Together(jobs, Math.max(0, hour));
  }

  private List<String> lanes(Section section, String field) {
    var named = section.texts(field);
    for (int i = 0; i < named.size(); i++) {
      if (lanes != null && !lanes.contains(named.get(i))) {
        section
            .problems()
            .add(
                Code.NO_SUCH_LANE,
                section.at(field) + "[" + i + "]",
                "The fleet has no lane '" + named.get(i) + "'.",
                "It has " + String.join(", ", lanes) + ".",
                NearestName.hint(named.get(i), lanes) + "Name one of these.");
      }
    }
    return named;
  }

  private @Nullable ModelCost model(Section section) {
    var id = section.required("model", "It is the model that is trained or used.");
    if (id.isEmpty()) {
      return null;
    }
    var model = models.find(id).orElse(null);
    if (model == null) {
      problem(
          Code.NO_SUCH_MODEL,
          section,
          "model",
          "There is no model '" + id + "'.",
          "Costs are known of " + String.join(", ", models.ids()) + ".",
          models.nearest(id) + "Name one of these.");
    }
    return model;
  }

  private static void problem(
      Code code, Section section, String name, String what, String why, String mend) {
    section.problems().add(code, section.at(name), what, why, mend);
  }
}
