package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.TrainingSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job has 8 shards; its optimizer keeps two moments. */
class WhoFoldsTest {

  @ParameterizedTest
  @CsvSource({
    // floats, workers, limit in bytes, workers fold
    "9_000, 1, 4_194_304, true",
    "9_000, 8, 4_194_304, true", // 8 groups of 36 KB
    "9_000, 800, 4_194_304, true", // no more groups than shards
    "300_000, 2, 4_194_304, true",
    "300_000, 3, 4_194_304, true", // 3.6 MB
    "300_000, 4, 4_194_304, false", // 4.8 MB
    "4_350_000, 2, 4_194_304, true", // two groups: no more bytes than otherwise
    "4_350_000, 3, 4_194_304, false",
    "40_000_000, 1, 4_194_304, false", // beyond a worker's memory
    "9_000, 1, 0, false",
    "9_000, 0, 4_194_304, true", // no worker is there yet
  })
  void byGroupsAndBytes(String floats, int workers, String limit, boolean expected) {
    assertThat(WhoFolds.workers(spec(), number(floats), workers, number(limit)))
        .isEqualTo(expected);
  }

  private static TrainingSpec spec() {
    return (TrainingSpec) Specs.training(10, 8, "model").work();
  }

  private static long number(String text) {
    return Long.parseLong(text.replace("_", ""));
  }
}
