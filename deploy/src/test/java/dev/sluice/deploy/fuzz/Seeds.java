package dev.sluice.deploy.fuzz;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TensorSpec;
import dev.sluice.worker.export.OnnxModel;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Sound files, to be spoilt. */
final class Seeds {
  private static final String TRAINING =
      """
      kind: training
      name: digits
      dataset: {artifact: "sha256:%s", label: 64, holdout: 0.2, splitSeed: 7, scale: standard}
      model:
        input: [1, 8, 8]
        layers:
          - conv2d: {channels: 4, kernel: 3, padding: 1}
          - batch-norm
          - relu
          - max-pool2d: {kernel: 2, stride: 2}
          - flatten
          - dropout: 0.2
          - dense: 10
      optimizer: {adamw: {learningRate: 0.005, weightDecay: 0.01}}
      schedule: {cosine: {floor: 0.05, warmupSteps: 20}}
      batch: 96
      shards: 4
      epochs: 20
      seed: 1
      register: digits
      """;

  private static final String INFERENCE =
      """
      kind: inference
      model: digits@latest
      dataset:
        file: digits.csv
        label: 64
        rows: holdout
      batch: 64
      lanes: [cpu]
      columns: [id]
      """;

  private static final String QUANTISATION =
      """
      {"kind": "quantisation", "model": "digits@1", "format": "int8", "rows": 512,
       "dataset": {"artifact": "sha256:%s", "label": 64}, "register": "digits-int8"}
      """;

  private static final String DIGEST = "a".repeat(64);

  private Seeds() {}

  static List<byte[]> jobs() {
    return texts(TRAINING.replace("%s", DIGEST), INFERENCE, QUANTISATION.replace("%s", DIGEST));
  }

  static List<byte[]> catalogues() {
    return texts(
        """
        vendor: Acme
        recorded: 2026-06-20
        sources:
          sheet: Acme data sheet 7
          lab: {text: our own bench, read: 2026-06-21}
        software:
          acme: {sdk: Acme SDK, accepts: [ONNX], links: {python: acme.run}}
        accelerators:
          - id: acme-one
            name: One
            kind: npu
            training: {vendorSoftware: no, evidence: the manual}
            software: acme
            peak: {fp16: 10.5, int8: 20, source: [sheet, lab]}
            unsupported: [fp8]
            onChip: {megabytes: 16, scope: L2, source: sheet}
            memory: {kind: LPDDR5, gigabytes: 8, gigabytesPerSecond: 51.2, source: sheet}
            interconnect: {kind: none}
            hostLink: {kind: PCIe Gen4 x8, gigabytesPerSecond: 15.75, source: sheet}
            power: {tdpWatts: 9, source: sheet}
        """);
  }

  static List<byte[]> fleets() {
    return resources("planner/command/fleets", "npu-centre.yaml", "one-of-each.yaml");
  }

  static List<byte[]> mixes() {
    return resources("planner/command/mixes", "inference-mix.yaml", "training-mix.yaml");
  }

  static List<byte[]> costs() {
    return resources("accelerators/cost", "models.yaml");
  }

  static List<byte[]> tables() {
    var table = new StringBuilder("a,b,\"c \"\"d\"\"\",label\n");
    for (int row = 0; row < 24; row++) {
      table.append(
          String.format(
              Locale.ROOT, "%d,%.3f,%s,%s\n", row, row / 7.0, row % 5, row % 3 == 0 ? "x" : "y"));
    }
    return texts(table.toString(), "1;2;0\n3;4;1\n5;6;0\n7;8;1\n", "a\tlabel\n1\tp\n2\tq\n");
  }

  /** A small network as this release exports it. */
  static byte[] onnx() {
    var facts =
        new NetworkFacts(
            new LayerStack(List.of(4), List.of(new Dense(3, true))),
            List.of(4),
            3,
            Objective.CROSS_ENTROPY,
            List.of("a", "b", "c"),
            List.of("0", "1", "2", "3"),
            new Affine(List.of(0.0, 0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0, 1.0)),
            new Affine(List.of(), List.of()),
            List.of(
                new TensorSpec("0.weight", List.of(3, 4), 0, true),
                new TensorSpec("0.bias", List.of(3), 12, true)),
            15,
            15);
    try (var arena = Arena.ofConfined()) {
      return OnnxModel.write(facts, arena.allocate(15L * Float.BYTES, 64), "fuzzed", "sha256:0");
    }
  }

  static byte[] torchScript() {
    return FileTargets.resource(Seeds.class, "/dev/sluice/deploy/e2e/two-layers.pt");
  }

  private static List<byte[]> texts(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static List<byte[]> resources(String folder, String... names) {
    return Stream.of(names)
        .map(name -> FileTargets.resource(Seeds.class, "/dev/sluice/" + folder + "/" + name))
        .toList();
  }
}
