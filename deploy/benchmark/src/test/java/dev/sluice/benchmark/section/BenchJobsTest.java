package dev.sluice.benchmark.section;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.dataset.RowsText;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchJobsTest {
  private static final String DIGEST = "sha256:" + "1".repeat(64);
  private static final Path DIGITS = Path.of("..", "quickstart.d", "digits.csv.gz");

  @Test
  void theDocumentsAreJobs() {
    var training =
        (TrainingSpec) BenchJobs.spec(BenchJobs.training(DIGEST, 512, 256, 70, "m")).work();
    assertThat(training.batch()).isEqualTo(256);
    assertThat(training.shards()).isEqualTo(2);
    assertThat(training.length()).isEqualTo(new Steps(70));
    assertThat(training.register()).isEqualTo("m");
    assertThat(training.dataset().holdout()).isZero();
    var document = BenchJobs.inference(DIGEST, "m@1", 4);
    assertThat(((InferenceSpec) BenchJobs.spec(document).work()).batch()).isEqualTo(4);
  }

  @Test
  void aJobHasTheFirstRowsOfTheDigitsItself() throws Exception {
    var held = BenchJobs.spec(BenchJobs.withRows(DIGITS, "m@1", 4, BenchJobs.NOWHERE));
    assertThat(held.unplaceable()).isEqualTo(Unplaceable.HOLD);
    assertThat(held.lanes()).containsExactly("bench-nowhere");
    var rows = ((PredictionSpec) held.work()).rows();
    assertThat(RowsText.check(rows)).isEqualTo(new RowsText.Checked.Rows(4));
  }

  @Test
  void theSizesAreThoseOfTheNetworks() {
    assertThat(BenchJobs.bytes(64)).isEqualTo(4 * 8_970);
    assertThat(BenchJobs.bytes(512)).isEqualTo(4 * 301_066);
    assertThat(BenchJobs.bytes(2_048)).isEqualTo(4 * 4_349_962);
  }

  @Test
  void aDataSetRepeatsTheDigits(@TempDir Path dir) throws Exception {
    List<String> rows = Files.readAllLines(BenchJobs.rows(DIGITS, dir, 2_000));
    assertThat(rows).hasSize(2_000).allMatch(row -> row.split(",", -1).length == 65);
    assertThat(rows.get(1_797)).isEqualTo(rows.getFirst());
  }
}
