package dev.sluice.benchmark.section;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.benchmark.report.Comparison;
import org.junit.jupiter.api.Test;

final class StartFiguresTest {

  @Test
  void stepsAndAnswersAreTheWorkOfAQuickstart() throws Exception {
    var summary =
        new ObjectMapper()
            .readTree(
                """
                {"totalSeconds": 30, "startSeconds": 8, "stepSeconds": 4, "rehearsal": {"devices": [
                  {"job": "training", "measuredSeconds": 100},
                  {"job": "inference", "measuredSeconds": 0.75},
                  {"job": "inference", "measuredSeconds": 0.25}]}}\
                """);
    var row = StartFigures.overhead(summary);
    assertThat(row.value()).isEqualTo(30);
    assertThat(row.against())
        .singleElement()
        .extracting(Comparison::reference, Comparison::ratio)
        .containsExactly(5.0, 6.0);
  }
}
