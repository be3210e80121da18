package dev.sluice.deploy.fuzz;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.CatalogueResult;
import dev.sluice.accelerators.catalogue.CatalogueText;
import dev.sluice.accelerators.cost.ModelCostFile;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.jobs.dataset.DatasetResult;
import dev.sluice.planner.FleetFile;
import dev.sluice.planner.MixFile;
import dev.sluice.planner.Reading;
import dev.sluice.platform.artifact.Pieces;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaRecord;
import dev.sluice.schemas.codec.WireSchemas;
import dev.sluice.schemas.wire.ArtifactChunk;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.TensorSpec;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.export.Safetensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** What comes as a file, or as the text of one. */
final class FileTargets {
  private static final List<String> YAML_TOKENS =
      List.of(
          "&a ",
          "*a",
          "<<: *a",
          "!!java.net.URL",
          "!!binary",
          "? ",
          "- ",
          ": ",
          "{",
          "}",
          "[",
          "]",
          "|",
          ">",
          "\t",
          "\n",
          "---\n",
          "%YAML 9",
          "\"\\u0000\"",
          "null",
          "~",
          ".nan",
          ".inf",
          "1e999",
          "0x",
          "99999999999999999999",
          "-1",
          "'",
          "#",
          "../../etc/passwd",
          "file:",
          "\u0000",
          "[[[[[[[[[[[[[[[[",
          "{{{{{{{{",
          "kind: training\n",
          "\ufeff",
          "\u2028",
          "sha256:");

  private FileTargets() {}

  static List<FuzzTarget> all() {
    var costs = ModelCosts.builtIn();
    var catalogue = CatalogueFiles.builtIn();
    return List.of(
        new Text("job-file", 6, Seeds.jobs(), text -> problems(JobFile.parse(text))),
        new Text(
            "catalogue-file",
            2,
            Seeds.catalogues(),
            text -> problems(catalogue.with(List.of(new CatalogueText("fuzzed.yaml", text))))),
        new Text(
            "fleet-file",
            3,
            Seeds.fleets(),
            text -> problems(FleetFile.parse("fuzzed.yaml", text, catalogue))),
        new Text(
            "mix-file",
            3,
            Seeds.mixes(),
            text -> problems(MixFile.parse("fuzzed.yaml", text, costs))),
        new Text(
            "cost-file",
            1,
            Seeds.costs(),
            text -> problems(ModelCostFile.parse("fuzzed.yaml", text))),
        new Bombs(),
        new Csv(),
        new SafetensorsFiles(),
        new ArtifactPieces(),
        new WriterSchemas());
  }

  private static void problems(JobFileResult result) {
    if (result instanceof JobFileResult.Invalid(var problems)) {
      FuzzTarget.sound(problems);
    }
  }

  private static void problems(CatalogueResult result) {
    if (result instanceof CatalogueResult.Invalid(var problems)) {
      FuzzTarget.sound(problems);
    }
  }

  private static <T> void problems(Reading<T> result) {
    if (result instanceof Reading.Invalid<T>(var problems)) {
      FuzzTarget.sound(problems);
    }
  }

  private static void problems(ModelCostFile.Result result) {
    FuzzTarget.sound(String.valueOf(result));
  }

  /** Reads a text, and fails where it is refused without a reason. */
  private interface Reader {
    void read(String text);
  }

  /** Sound documents with something done to them. */
  private record Text(String name, int share, List<byte[]> seeds, Reader reader)
      implements FuzzTarget {
    private static final Mutator MUTATOR = new Mutator(YAML_TOKENS);

    @Override
    public void attempt(Dice dice) {
      reader.read(new String(MUTATOR.change(dice.of(seeds), dice), StandardCharsets.UTF_8));
    }
  }

  /** Documents that are small and stand for much: aliases of aliases, and nesting without end. */
  private static final class Bombs implements FuzzTarget {
    private static final List<Reader> READERS =
        List.of(
            text -> problems(JobFile.parse(text)),
            text -> problems(FleetFile.parse("bomb.yaml", text, CatalogueFiles.builtIn())),
            text -> problems(MixFile.parse("bomb.yaml", text, ModelCosts.builtIn())),
            text ->
                problems(
                    CatalogueFiles.builtIn().with(List.of(new CatalogueText("bomb.yaml", text)))));

    @Override
    public String name() {
      return "yaml-bombs";
    }

    @Override
    public int share() {
      return 1;
    }

    @Override
    public void attempt(Dice dice) {
      dice.of(READERS).read(bomb(dice));
    }

    private static String bomb(Dice dice) {
      int deep = 1 << dice.below(18);
      return switch (dice.below(8)) {
        case 0 -> aliases(2 + dice.below(30), 2 + dice.below(12));
        case 1 -> "kind: " + "[".repeat(deep);
        case 2 -> "kind: " + "{a: ".repeat(deep);
        case 3 -> "{\"kind\":" + "[".repeat(deep) + "]".repeat(deep) + "}";
        case 4 -> nested(Math.min(deep, 900));
        case 5 -> "kind: &a [*a, *a]\n";
        case 6 -> "- ".repeat(deep) + "x";
        default -> "kind: \"" + "\\u0041".repeat(deep) + "\"\nname: " + "9".repeat(deep);
      };
    }

    /** Each line stands for several of the line before. */
    private static String aliases(int lines, int each) {
      var text = new StringBuilder("a0: &a0 [x]\n");
      for (int line = 1; line < lines; line++) {
        text.append(String.format(Locale.ROOT, "a%d: &a%d [", line, line));
        text.append(String.format(Locale.ROOT, "*a%d, ", line - 1).repeat(each)).append("]\n");
      }
      return text.append(String.format(Locale.ROOT, "kind: *a%d\n", lines - 1)).toString();
    }

    /** Nesting by indentation. */
    private static String nested(int deep) {
      var text = new StringBuilder();
      for (int level = 0; level < deep; level++) {
        text.append(" ".repeat(level)).append("a:\n");
      }
      return text.toString();
    }
  }

  /** Data sets. */
  private static final class Csv implements FuzzTarget {
    private static final Mutator MUTATOR =
        new Mutator(
            List.of(
                ",",
                ";",
                "\t",
                "\"",
                "\"\"",
                "\r",
                "\r\n",
                "\n",
                "\n\n",
                "NaN",
                "inf",
                "1e999",
                "-",
                "1e-400",
                "0x1",
                "\u0000",
                "\ufeff",
                "\u001f\u008b",
                "label",
                "\u00fc",
                ",,,,,,,,"));

    @Override
    public String name() {
      return "data-set";
    }

    @Override
    public int share() {
      return 12;
    }

    @Override
    public void attempt(Dice dice) {
      var file = MUTATOR.change(dice.of(Seeds.tables()), dice);
      var holdout = dice.oneIn(6) ? MUTATOR.change(dice.of(Seeds.tables()), dice) : null;
      var result = Dataset.forTraining(spec(dice, holdout != null), file, holdout);
      switch (result) {
        case DatasetResult.Loaded(var dataset) -> dataset.training().countLabelled();
        case DatasetResult.Invalid(var problems) -> FuzzTarget.sound(problems);
      }
    }

    private static DatasetSpec spec(Dice dice, boolean holdout) {
      return new DatasetSpec(
          "sha256:" + "0".repeat(64),
          dice.oneIn(3) ? dice.oneIn(2) : null,
          dice.oneIn(4) ? "2" : "label",
          dice.oneIn(4) ? List.of("a", "b") : List.of(),
          dice.of(List.of(dev.sluice.schemas.wire.Target.values())),
          holdout || dice.oneIn(2) ? 0 : 0.3,
          holdout ? "sha256:" + "1".repeat(64) : null,
          dice.number(),
          dice.of(List.of(Rows.values())),
          dice.of(List.of(Scaling.values())),
          dice.of(List.of(Scaling.values())));
    }
  }

  /** Parameters. */
  private static final class SafetensorsFiles implements FuzzTarget {
    private static final Mutator MUTATOR =
        new Mutator(
            List.of(
                "{",
                "}",
                "[",
                "]",
                ":",
                "\"",
                "F32",
                "F64",
                "BF16",
                "\"shape\":",
                "data_offsets",
                "__metadata__",
                "-1",
                "4294967296",
                "1e9",
                "9223372036854775807",
                "null",
                "[[[[",
                "\"dtype\":\"F32\""));

    private static final byte[] FILE = file();

    private static byte[] file() {
      try (var arena = Arena.ofConfined()) {
        var flat = arena.allocate(10L * Float.BYTES, Long.BYTES);
        return Safetensors.write(
            List.of(
                new TensorSpec("0.weight", List.of(2, 3), 0, true),
                new TensorSpec("0.bias", List.of(4), 6, true)),
            flat,
            Map.of("format", "pt", "job", "job-1"));
      }
    }

    @Override
    public String name() {
      return "safetensors";
    }

    @Override
    public int share() {
      return 10;
    }

    @Override
    public void attempt(Dice dice) {
      var bytes = MUTATOR.change(FILE, dice);
      if (dice.oneIn(10) && bytes.length >= Long.BYTES) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(dice.number());
      }
      try {
        Safetensors.read(bytes);
      } catch (EngineException refused) {
        FuzzTarget.sound(refused.reason());
      }
    }
  }

  /** Pieces of files that claim to be of one. */
  private static final class ArtifactPieces implements FuzzTarget {
    private static final int PIECES = 12;

    @Override
    public String name() {
      return "artifact";
    }

    @Override
    public int share() {
      return 4;
    }

    @Override
    public void attempt(Dice dice) {
      var pieces = new Pieces();
      int chunks = 1 + dice.below(4);
      for (int left = PIECES; left > 0; left--) {
        var payload = ByteBuffer.wrap(dice.bytes(dice.oneIn(4) ? dice.below(40) : 8));
        pieces.put(
            new ArtifactChunk(
                "file",
                dice.oneIn(6) ? (int) dice.number() : dice.below(chunks),
                dice.oneIn(6) ? (int) dice.number() : chunks,
                dice.oneIn(6) ? dice.number() : 8L * chunks,
                payload),
            left);
        if (pieces.complete()) {
          pieces.found();
        }
      }
    }
  }

  /** Schemas of other writers, and records of theirs. */
  private static final class WriterSchemas implements FuzzTarget {
    private static final Mutator MUTATOR =
        new Mutator(
            List.of(
                "{",
                "}",
                "[",
                "]",
                "\"",
                ":",
                ",",
                "\"null\"",
                "\"type\"",
                "\"record\"",
                "\"array\"",
                "\"items\"",
                "\"fields\"",
                "\"long\"",
                "\"bytes\"",
                "\"fixed\",\"size\":2000000000",
                "\"name\"",
                "\"default\"",
                "[[[[[[[[",
                "\"logicalType\":\"decimal\"",
                "\"enum\"",
                "dev.sluice.schemas.wire.JobRecord",
                "\"aliases\"",
                "\"map\",\"values\""));

    private final Records records = new Records(WireTargets.NAMES);

    @Override
    public String name() {
      return "schema";
    }

    @Override
    public int share() {
      return 3;
    }

    @Override
    public void attempt(Dice dice) {
      var type = dice.of(dev.sluice.schemas.codec.WireSchemas.MESSAGES);
      var json = Records.schema(type).toString();
      var seed = dice.oneIn(20) ? deep(dice) : json;
      var bytes = MUTATOR.change(seed.getBytes(StandardCharsets.UTF_8), dice);
      try {
        read(type, SchemaRecord.parse(ByteBuffer.wrap(bytes)), dice);
      } catch (SchemaRecord.NotASchema refused) {
        FuzzTarget.sound(String.valueOf(refused.getMessage()));
      }
    }

    private void read(Class<? extends Record> type, Schema writer, Dice dice) {
      var out = new ByteArrayOutputStream();
      long fingerprint = SchemaNormalization.parsingFingerprint64(writer);
      var header = ByteBuffer.allocate(10).putShort((short) 0xC301);
      out.writeBytes(header.order(ByteOrder.LITTLE_ENDIAN).putLong(fingerprint).array());
      out.writeBytes(dice.oneIn(2) ? dice.bytes(200) : records.bytes(type, dice));
      var codec = new Codec(asked -> asked == fingerprint ? writer : null);
      if (codec.decode(type, out.toByteArray())
          instanceof Decoded.Malformed<? extends Record>(var why)) {
        FuzzTarget.sound(why);
      }
    }

    private static String deep(Dice dice) {
      int deep = 1 << dice.below(16);
      return dice.oneIn(2)
          ? "{\"type\":\"array\",\"items\":".repeat(deep) + "\"null\"" + "}".repeat(deep)
          : "[".repeat(deep);
    }
  }

  /** Bytes of a resource. */
  static byte[] resource(Class<?> beside, String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("there is no resource " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static {
    // The wire's schemas are read before the first case is measured.
    WireSchemas.byFingerprint();
  }
}
