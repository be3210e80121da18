package dev.sluice.producer.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.dataset.Dataset;
import dev.sluice.jobs.dataset.DatasetResult;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every job file that we show or ship can be submitted as it stands. */
class ShippedJobFilesTest {
  private static final Path QUICKSTART = Path.of("..", "deploy", "quickstart.d");
  private static final Path EXAMPLES = Path.of("..", "deploy", "examples");

  private static JobFileResult.Parsed parsed(String text) {
    return switch (JobFile.parse(text)) {
      case JobFileResult.Parsed parsed -> parsed;
      case JobFileResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  static List<Path> shipped() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path folder : List.of(QUICKSTART, EXAMPLES)) {
      try (Stream<Path> entries = Files.list(folder)) {
        entries.filter(entry -> entry.toString().endsWith(".yaml")).sorted().forEach(files::add);
      }
    }
    return files;
  }

  @Test
  void theJobFilesOfTheReadmeAreSound() throws IOException {
    List<String> blocks =
        Pattern.compile("(?ms)^```yaml\\n(.*?)^```")
            .matcher(Files.readString(Path.of("README.md")))
            .results()
            .map((MatchResult block) -> block.group(1))
            .toList();
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(2);
    blocks.forEach(ShippedJobFilesTest::parsed);
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void aJobFileFitsTheDataThatItNames(Path file) throws IOException {
    JobFileResult.Parsed job = parsed(Files.readString(file));
    assertThat(job.files()).hasSize(1);
    byte[] data = Files.readAllBytes(file.resolveSibling(job.files().getFirst().file()));
    if (job.spec().work() instanceof TrainingSpec training) {
      switch (Dataset.forTraining(training.dataset(), data, null)) {
        case DatasetResult.Loaded(Dataset dataset) -> {
          assertThat(dataset.holdout().size()).isPositive();
          assertThat(outputs(training, dataset)).isEqualTo(expectedOutputs(training, dataset));
        }
        case DatasetResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
      }
    }
  }

  private static int outputs(TrainingSpec training, Dataset dataset) {
    return switch (NetworkShapes.infer((LayerStack) training.network(), dataset.features())) {
      case NetworkResult.Fits(var plan) -> plan.outputs();
      case NetworkResult.DoesNotFit(var causes) -> throw new AssertionError(causes.toString());
    };
  }

  private static int expectedOutputs(TrainingSpec training, Dataset dataset) {
    return switch (training.objective()) {
      case CROSS_ENTROPY -> dataset.classes().size();
      case BINARY_CROSS_ENTROPY -> {
        assertThat(dataset.classes()).hasSize(2);
        yield 1;
      }
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> {
        assertThat(training.dataset().target()).isEqualTo(Target.REGRESSION);
        yield 1;
      }
    };
  }

  @Test
  void theQuickstartAnswersTheRowsThatItsTrainingHeldOut() throws IOException {
    TrainingSpec train =
        (TrainingSpec) parsed(Files.readString(QUICKSTART.resolve("train.yaml"))).spec().work();
    var infer =
        (InferenceSpec) parsed(Files.readString(QUICKSTART.resolve("infer.yaml"))).spec().work();
    assertThat(infer.model()).isEqualTo(train.register());
    assertThat(infer.dataset().holdout()).isEqualTo(train.dataset().holdout());
    assertThat(infer.dataset().splitSeed()).isEqualTo(train.dataset().splitSeed());
  }
}
