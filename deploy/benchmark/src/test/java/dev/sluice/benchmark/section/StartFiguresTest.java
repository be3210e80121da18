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

  @Test
  void eachProcessStandsBesideItselfWithoutAnArchive() {
    var with = new StartFigures.Ready(2, 3, 4);
    var rows = StartFigures.rows(with, new StartFigures.Ready(4, 9, 16), 1);
    assertThat(rows)
        .extracting(row -> row.against().getLast().ratio())
        .containsExactly(0.5, 1 / 3.0, 0.25);
  }

  @Test
  void whereThereIsNoArchiveThatIsSaid() {
    var rows = StartFigures.rows(new StartFigures.Ready(2, 3, 4), null, 1);
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.against().getLast().reference()).isNull())
        .extracting(row -> row.against().getFirst().ratio())
        .containsExactly(2.0, 3.0, 4.0);
  }
}
