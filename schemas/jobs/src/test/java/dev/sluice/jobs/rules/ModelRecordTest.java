package dev.sluice.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ModelRecordTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  @Test
  void whatIsSaidBeforeAVersionIsMadeIsEnoughForWhatItTakesThen() {
    for (int columns : new int[] {1, 1_000, 16_384}) {
      NetworkFacts network = network(columns, names("column", columns), names("class", 10));
      int before = ModelRecord.bytes(network);
      int after = Codec.builtIn().encode(made(network)).length;
      assertThat(before).isBetween(after, after + 5_000);
    }
  }

  @Test
  void classNamesOfThreeMebibytesCanNotBeStoredAndTheReasonSaysWhatIsLarge() {
    assertThat(ModelRecord.objection(network(2, List.of(), List.of("x".repeat(3_000_000)))))
        .isEmpty();
    var cause =
        ModelRecord.objection(
                network(2, List.of("x", "y"), Collections.nCopies(1_200, "w".repeat(4_096))))
            .orElseThrow();
    assertThat(cause.code()).isEqualTo(Code.MODEL_TOO_LARGE);
    assertThat(cause.what()).contains("takes 4807 KiB, and may take 3072 KiB");
    assertThat(cause.why()).contains("1200 classes, which are 4800 KiB", "2 feature columns");
    assertThat(cause.mend()).contains("short names");
  }

  @Test
  void theNamesOfCategoriesAreToldOf() {
    var names = IntStream.range(0, 1_000).mapToObj(i -> "c".repeat(4_096) + i).toList();
    var cause = ModelRecord.objection(categorical(names)).orElseThrow();
    assertThat(cause.why()).contains("2 classes, which are 1 KiB", "1000 categories, which are 4");
    assertThat(cause.mend()).contains("categories short names");
  }

  private static NetworkFacts categorical(List<String> categories) {
    var plain = network(categories.size(), List.of("city"), List.of("a", "b"));
    return new NetworkFacts(
        plain.network(),
        plain.input(),
        plain.outputs(),
        plain.objective(),
        plain.classes(),
        plain.features(),
        plain.featureScale(),
        plain.targetScale(),
        plain.tensors(),
        plain.parameters(),
        plain.floats(),
        List.of(),
        List.of(new CategoryColumn(categories, null)));
  }

  @Test
  void lengthCountsInBytesAndNotInCharacters() {
    var oneByte = network(2, List.of(), List.of("a".repeat(1_500_000)));
    var threeBytes = network(2, List.of(), List.of("字".repeat(1_500_000)));
    assertThat(ModelRecord.objection(oneByte)).isEmpty();
    assertThat(ModelRecord.objection(threeBytes)).isPresent();
  }

  private static List<String> names(String word, int count) {
    return IntStream.range(0, count).mapToObj(i -> word + i).toList();
  }

  private static NetworkFacts network(int columns, List<String> features, List<String> classes) {
    return new NetworkFacts(
        new LayerStack(List.of(), List.of(new Dense(classes.size(), true))),
        List.of(columns),
        classes.size(),
        Objective.CROSS_ENTROPY,
        classes,
        features,
        new Affine(Collections.nCopies(columns, 0.0), Collections.nCopies(columns, 1.0)),
        new Affine(List.of(), List.of()),
        List.of(),
        1,
        1);
  }

  /** With everything that is known once a version is made, at its longest. */
  private static ModelVersion made(NetworkFacts network) {
    return new ModelVersion(
        "m".repeat(100),
        1_000_000,
        "j".repeat(100),
        DIGEST,
        network,
        Collections.nCopies(3, new ModelFile("safetensors", DIGEST, Long.MAX_VALUE)),
        Collections.nCopies(20, new Metric("aMetricWithALongName", 0.123456789)),
        DIGEST,
        Long.MIN_VALUE,
        "e".repeat(200),
        Long.MAX_VALUE,
        "fp32",
        "p".repeat(110));
  }
}
