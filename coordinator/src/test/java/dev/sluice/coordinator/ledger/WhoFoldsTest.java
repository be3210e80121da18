package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.TrainingSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job has 8 shards; its optimizer keeps two moments. */
class WhoFoldsTest {

  @ParameterizedTest
  @CsvSource({
    // floats, workers, limit in bytes, format of sums in 4 groups, workers fold
    "9_000, 1, 4_194_304, FP32, true",
    "9_000, 8, 4_194_304, FP32, true", // 8 groups of 36 KB
    "9_000, 800, 4_194_304, FP32, true", // no more groups than shards
    "300_000, 2, 4_194_304, FP32, true",
    "300_000, 3, 4_194_304, FP32, true", // 3.6 MB
    "300_000, 4, 4_194_304, FP32, false", // 4.8 MB
    "300_000, 4, 4_194_304, BF16, true", // 2.4 MB
    "600_000, 4, 4_194_304, BF16, false", // 4.8 MB
    "600_000, 4, 4_194_304, INT8, true", // 2.4 MB
    "600_000, 3, 4_194_304, INT8, false", // groups that are not rounded: 7.2 MB
    "4_350_000, 2, 4_194_304, FP32, true", // two groups: no more bytes than otherwise
    "4_350_000, 3, 4_194_304, FP32, false",
    "40_000_000, 1, 4_194_304, FP32, false", // beyond a worker's memory
    "9_000, 1, 0, FP32, false",
    "9_000, 0, 4_194_304, FP32, true", // no worker is there yet
  })
  void byGroupsAndBytes(
      String floats, int workers, String limit, SumFormat format, boolean expected) {
    var encoding = new SumEncoding(format, format == SumFormat.FP32 ? 0 : 4);
    assertThat(WhoFolds.workers(spec(), encoding, number(floats), workers, number(limit)))
        .isEqualTo(expected);
  }

  private static TrainingSpec spec() {
    return (TrainingSpec) Specs.training(10, 8, "model").work();
  }

  private static long number(String text) {
    return Long.parseLong(text.replace("_", ""));
  }
}
