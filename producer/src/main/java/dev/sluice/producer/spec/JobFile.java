package dev.sluice.producer.spec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.schemas.job.JobValidation;
import dev.sluice.schemas.job.Problems;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads a job file, YAML or JSON, into a {@link JobSpec}, or says everything that is wrong with it.
 *
 * <p>The text may come from anyone: its length, nesting and aliases are bounded, names may not be
 * repeated, and nothing in it names a class.
 */
public final class JobFile {

  /** Longest job file, in characters. */
  public static final int CHARS_MAX = 1_000_000;

  private static final int DEPTH_MAX = 50;
  private static final int ALIASES_MAX = 50;

  /** Stands for a file's digest until the file has been stored. */
  static final String NOT_STORED = "sha256:" + "0".repeat(64);

  private static final ObjectMapper MAPPER = mapper();

  private JobFile() {}

  /** Reads a job file; {@code file:} references are left for the caller to store. */
  public static JobFileResult parse(String text) {
    var problems = new Problems();
    var document = document(text, problems);
    if (problems.any()) {
      return new JobFileResult.Invalid(problems.list());
    }
    var files = new ArrayList<FileReference>();
    var spec = job(new Section(document, "", problems), files);
    if (!problems.any()) {
      JobValidation.check(spec).forEach(problems::add);
    }
    return problems.any()
        ? new JobFileResult.Invalid(problems.list())
        : new JobFileResult.Parsed(spec, files);
  }

  private static JsonNode document(String text, Problems problems) {
    if (text.length() > CHARS_MAX) {
      problems.add(
          "the document",
          "The job file is " + text.length() + " characters long.",
          "At most " + CHARS_MAX + " are read.",
          "Keep data out of the job file: name a data set instead.");
      return MissingNode.getInstance();
    }
    try {
      // JSON is YAML, so one reader serves both.
      var document = MAPPER.readTree(text);
      if (document == null || document.isMissingNode() || document.isNull()) {
        problems.add("the document", "The job file is empty.", "", "Start with `kind: training`.");
        return MissingNode.getInstance();
      }
      return document;
    } catch (JsonProcessingException e) {
      var location = e.getLocation();
      var where =
          location == null || location.getLineNr() < 1
              ? "the document"
              : "line " + location.getLineNr() + ", column " + location.getColumnNr();
      problems.add(
          where,
          "This is neither YAML nor JSON.",
          firstLine(e.getOriginalMessage()),
          "Correct it here or in the line before.");
    } catch (RuntimeException | StackOverflowError e) {
      problems.add(
          "the document",
          "The job file can't be read.",
          firstLine(String.valueOf(e.getMessage())),
          "Write plain fields, without aliases or deep nesting.");
    }
    return MissingNode.getInstance();
  }

  private static JobSpec job(Section job, List<FileReference> files) {
    var kind = job.required("kind", "A job is `training` or `inference`.");
    var tenant = job.text("tenant", "default");
    var name = job.text("name", "");
    var priority = job.choice("priority", Priority.class, Priority.NORMAL);
    var lanes = job.texts("lanes");
    var unplaceable = job.choice("unplaceable", Unplaceable.class, Unplaceable.REFUSE);
    Work work =
        switch (kind) {
          case "training" -> TrainingReader.read(job, files);
          case "inference" -> inference(job, files);
          default -> {
            if (!kind.isEmpty()) {
              job.unknown("kind", kind, List.of("training", "inference"));
            }
            yield new InferenceSpec("", "latest", DatasetReader.nothing(), 1, List.of());
          }
        };
    if (kind.equals("training") || kind.equals("inference")) {
      job.end();
    }
    return new JobSpec(tenant, name, priority, lanes, unplaceable, work);
  }

  private static InferenceSpec inference(Section job, List<FileReference> files) {
    var model = job.required("model", "It names what to apply: `model: digits@1`.");
    int at = model.indexOf('@');
    return new InferenceSpec(
        at < 0 ? model : model.substring(0, at),
        at < 0 ? "latest" : model.substring(at + 1),
        DatasetReader.read(job.section("dataset"), files, 0),
        job.small("batch", 256),
        job.texts("columns"));
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static ObjectMapper mapper() {
    var options = new LoaderOptions();
    options.setMaxAliasesForCollections(ALIASES_MAX);
    options.setNestingDepthLimit(DEPTH_MAX);
    options.setCodePointLimit(CHARS_MAX);
    options.setAllowDuplicateKeys(false);
    var factory =
        YAMLFactory.builder()
            .loaderOptions(options)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(CHARS_MAX)
                    .build())
            .build();
    return new ObjectMapper(factory.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));
  }
}
