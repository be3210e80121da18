package dev.sluice.producer.spec;

import dev.sluice.jobs.dataset.RowsText;
import dev.sluice.jobs.rules.JobValidation;
import dev.sluice.platform.document.Document;
import dev.sluice.platform.document.DocumentKind;
import dev.sluice.platform.document.Section;
import dev.sluice.platform.document.Spelling;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a job file, YAML or JSON, into a {@link JobSpec}, or says everything that is wrong with it.
 *
 * <p>Every problem is found in one reading: a field that cannot be read gets a stand-in, so that
 * the rest is read and checked as well.
 */
public final class JobFile {

  /** Stands for a file's digest until the file has been stored. */
  static final String NOT_STORED = "sha256:" + "0".repeat(64);

  private static final DocumentKind KIND =
      new DocumentKind(
          "job file",
          "Keep data out of the job file: name a data set instead.",
          "Start with `kind: training`.",
          "A job file describes one job.",
          "Put it into a file of its own and submit that as well.");

  /** Which other fields the rules of a field look at. */
  private static final Map<String, Set<String>> LOOKS_AT =
      Map.of(
          "model", Set.of("dataset", "objective"),
          "objective", Set.of("dataset"),
          "schedule", Set.of("epochs", "steps"),
          "shards", Set.of("batch"),
          "columns", Set.of("dataset"));

  private static final List<String> KINDS = List.of("training", "inference", "quantisation");

  private static final Pattern FIELD_END = Pattern.compile("[.\\[]");

  private JobFile() {}

  /** Reads a job file; {@code file:} references are left for the caller to store. */
  public static JobFileResult parse(String text) {
    var problems = new Problems();
    return parse(Document.read(text, KIND, problems), problems);
  }

  /** Reads a job file that came as bytes, which must be UTF-8. */
  public static JobFileResult parse(byte[] bytes) {
    var problems = new Problems();
    var rows = RowsInJob.cut(bytes);
    if (rows.isPresent()) {
      return parse(new Section(rows.get().job(), "", problems), rows.get().rows(), problems);
    }
    return parse(Document.read(bytes, KIND, problems), problems);
  }

  private static JobFileResult parse(Document document, Problems problems) {
    if (problems.any()) {
      return new JobFileResult.Invalid(problems.list());
    }
    return parse(document.fields(problems), null, problems);
  }

  private static JobFileResult parse(Section fields, @Nullable ByteBuffer rows, Problems problems) {
    var files = new ArrayList<FileReference>();
    var spec = job(fields, rows, files);
    checkRules(spec, problems);
    return problems.any()
        ? new JobFileResult.Invalid(problems.list())
        : new JobFileResult.Parsed(spec, files);
  }

  /**
   * Adds the rules that the job breaks, where everything that they look at could be read; a rule
   * about a value that stands in for an unreadable one would mislead.
   */
  private static void checkRules(JobSpec spec, Problems problems) {
    var unreadable = problems.fields();
    for (var broken : JobValidation.check(spec)) {
      var field = field(broken.where());
      if (!unreadable.contains(field)
          && Collections.disjoint(unreadable, LOOKS_AT.getOrDefault(field, Set.of()))) {
        problems.add(broken);
      }
    }
  }

  /** The outermost field of a path: {@code model.layers[2]} is in model. */
  private static String field(String path) {
    return FIELD_END.split(path, 2)[0];
  }

  /**
   * @param rows those that the job itself has, where they were taken out of it before
   */
  private static JobSpec job(Section job, @Nullable ByteBuffer rows, List<FileReference> files) {
    var said = job.required("kind", "A job is `training`, `inference` or `quantisation`.");
    var kind = Spelling.normal(said);
    var tenant = job.text("tenant", "default");
    var name = job.text("name", "");
    var priority = job.choice("priority", Priority.class, Priority.NORMAL);
    var lanes = job.texts("lanes");
    var unplaceable = job.choice("unplaceable", Unplaceable.class, Unplaceable.REFUSE);
    var wishes = wishes(job);
    Work work =
        switch (kind) {
          case "training" -> TrainingReader.read(job, files);
          case "inference" ->
              rows(job, rows)
                  .<Work>map(own -> prediction(job, own))
                  .orElseGet(() -> inference(job, files));
          case "quantisation" -> quantisation(job, files);
          default -> {
            if (!kind.isEmpty()) {
              job.unknown("kind", said, KINDS);
            }
            yield new InferenceSpec("none", "latest", DatasetReader.nothing(), 1, List.of());
          }
        };
    if (KINDS.contains(kind)) {
      job.end();
    }
    return new JobSpec(tenant, name, priority, lanes, unplaceable, work, wishes);
  }

  private static PlacementWishes wishes(Section job) {
    var aim = job.has("aim") ? job.choice("aim", Aim.class, Aim.FINISH) : null;
    return new PlacementWishes(job.texts("notLanes"), job.flag("measuredOnly", false), aim);
  }

  private static QuantisationSpec quantisation(Section job, List<FileReference> files) {
    var model = job.required("model", "It names what to quantise: `model: digits@1`.");
    return new QuantisationSpec(
        name(model),
        version(model),
        job.text("format", "int8"),
        DatasetReader.read(job.section("dataset"), files, 0),
        job.small("rows", 512),
        job.text("register"));
  }

  /** {@code digits} of {@code digits@1}. */
  private static String name(String model) {
    int at = model.indexOf('@');
    return at < 0 ? model : model.substring(0, at);
  }

  /** {@code 1} of {@code digits@1}. */
  private static String version(String model) {
    int at = model.indexOf('@');
    return at < 0 ? "latest" : model.substring(at + 1);
  }

  /** The rows that an inference job itself has, as JSON; empty where it names a data set. */
  private static Optional<ByteBuffer> rows(Section job, @Nullable ByteBuffer cut) {
    if (cut != null) {
      return Optional.of(cut);
    }
    return job.mentions("rows")
        ? Optional.of(ByteBuffer.wrap(job.raw("rows").toString().getBytes(StandardCharsets.UTF_8)))
        : Optional.empty();
  }

  private static PredictionSpec prediction(Section job, ByteBuffer rows) {
    var model = job.required("model", "It names what to apply: `model: digits@1`.");
    if (job.has("dataset")) {
      job.problems()
          .add(
              Code.CONTRADICTION,
              "dataset",
              "The job has rows itself, and names a data set.",
              "Only one of them can be answered.",
              "Leave out rows, or dataset.");
    }
    if (RowsText.check(rows.duplicate()) instanceof RowsText.Checked.Wrong(var cause)) {
      job.problems().add(cause);
    }
    return new PredictionSpec(name(model), version(model), rows, job.texts("names"));
  }

  private static InferenceSpec inference(Section job, List<FileReference> files) {
    var model = job.required("model", "It names what to apply: `model: digits@1`.");
    return new InferenceSpec(
        name(model),
        version(model),
        DatasetReader.read(job.section("dataset"), files, 0),
        job.small("batch", InferenceSpec.BATCH_FOUND),
        job.texts("columns"));
  }
}
