package dev.sluice.producer.spec;

import dev.sluice.platform.document.Section;
import dev.sluice.platform.document.Spelling;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the {@code dataset} of a job file. */
final class DatasetReader {

  private DatasetReader() {}

  static DatasetSpec read(Section dataset, List<FileReference> files, long seed) {
    var artifact = artifact(dataset, "file", Paths.DATASET_FILE, files);
    if (artifact == null) {
      dataset.missing("file", "The job has no data; `file` is relative to the job file.");
    }
    double holdout = 0;
    String holdoutArtifact = null;
    if (dataset.raw("holdout").isObject()) {
      var second = dataset.section("holdout");
      holdoutArtifact = artifact(second, "file", Paths.HOLDOUT_FILE, files);
      if (holdoutArtifact == null) {
        second.missing("file", "It names a second file of the same columns.");
      }
      second.end();
    } else {
      holdout = dataset.number("holdout", 0);
    }
    var spec =
        new DatasetSpec(
            artifact == null ? JobFile.NOT_STORED : artifact,
            dataset.flag("header", "auto"),
            dataset.text("label"),
            dataset.texts("features"),
            dataset.choice("target", Target.class, Target.CLASSIFICATION),
            holdout,
            holdoutArtifact,
            dataset.whole("splitSeed", seed),
            dataset.choice("rows", Rows.class, Rows.ALL),
            dataset.choice("scale", Scaling.class, Scaling.STANDARD),
            dataset.choice("targetScale", Scaling.class, Scaling.STANDARD),
            csv(dataset),
            dataset.choice("missing", Missing.class, Missing.REFUSE),
            dataset.texts("categorical"),
            dataset.flag("stratified", false));
    dataset.end();
    return spec;
  }

  private static CsvOptions csv(Section dataset) {
    var delimiter = dataset.text("delimiter", CsvOptions.PLAIN.delimiter());
    return new CsvOptions(
        Spelling.normal(delimiter).equals("tab") ? "\t" : delimiter,
        dataset.small("skipLines", CsvOptions.PLAIN.skipLines()),
        dataset.text("comment", CsvOptions.PLAIN.comment()));
  }

  /** Stands for a data set where the kind of job is not known. */
  static DatasetSpec nothing() {
    return new DatasetSpec(
        JobFile.NOT_STORED,
        null,
        null,
        List.of(),
        Target.CLASSIFICATION,
        0,
        null,
        0,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  /** A digest, or the stand-in for the digest of a local file; null where neither is given. */
  static @Nullable String artifact(
      Section section, String name, String path, List<FileReference> files) {
    var digest = section.text("artifact");
    var file = section.text(name);
    if (digest != null && file != null) {
      section
          .problems()
          .add(
              Code.CONTRADICTION,
              section.at("artifact"),
              "Both `" + name + "` and `artifact` are given.",
              "Each names the same thing.",
              "Keep one of them.");
    }
    if (file != null) {
      files.add(new FileReference(path, file));
      return JobFile.NOT_STORED;
    }
    return digest;
  }
}
