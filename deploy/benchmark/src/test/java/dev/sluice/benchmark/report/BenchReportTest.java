package dev.sluice.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BenchReportTest {
  private static final Machine MACHINE =
      new Machine("Some CPU @ 2 GHz", 2, 24_000, "Linux 6.1", "25.0.1", 0.25);

  @Test
  void aFigureStandsBesideEachOfItsLimits() {
    var row = BenchRow.of("second job", 30, "steps/s").against("bare log", 120).against("DDP", 20);
    assertThat(row.against()).extracting(Comparison::name).containsExactly("bare log", "DDP");
    assertThat(row.against()).extracting(Comparison::ratio).containsExactly(0.25, 1.5);
    var text = report(row).text(0);
    assertThat(text.lines().filter(line -> line.contains("bare log")))
        .singleElement()
        .satisfies(
            line ->
                assertThat(line).contains("second job", "30.0", "steps/s", "120").endsWith("0.25"));
    assertThat(text.lines().filter(line -> line.contains("DDP")))
        .singleElement()
        .satisfies(line -> assertThat(line).doesNotContain("second job").endsWith("1.5"));
  }

  @Test
  void theHeadSaysWhereAndWhen() {
    assertThat(report(BenchRow.of("x", 1, "s")).text(0))
        .contains("2026-01-02T03:04:05Z", "Some CPU @ 2 GHz, 2 cores, 24,000 MiB", "load 0.25");
  }

  @Test
  void aPeerThatDidNotRunIsNamedInItsPlaceAndIsNoFailure() {
    var row = BenchRow.of("second job", 30, "steps/s").against("DDP", null, "peer not run: none");
    var report = report(row);
    assertThat(report.failed()).isFalse();
    assertThat(report.text(0)).contains("DDP: peer not run: none");
  }

  @Test
  void aSectionThatFailedSaysSo() {
    var report = report(BenchRow.failed("second job", "failed: no worker came"));
    assertThat(report.failed()).isTrue();
    assertThat(report.text(0)).contains("second job: failed: no worker came");
  }

  @Test
  void aLimitWithoutAFigureGivesNoRatio() {
    var row = BenchRow.of("x", 1, "s").against("limit", 0).against("other", Double.NaN);
    assertThat(row.against()).allMatch(it -> it.ratio() == null && !it.why().isEmpty());
  }

  @Test
  void aSmallRatioKeepsItsDigits() {
    assertThat(BenchReport.ratio(0.0003)).isEqualTo("0.00030");
    assertThat(BenchReport.ratio(0.0452)).isEqualTo("0.045");
    assertThat(BenchReport.ratio(0.897)).isEqualTo("0.90");
    assertThat(BenchReport.ratio(137.2)).isEqualTo("137");
    assertThat(BenchReport.number(12_852.4)).isEqualTo("12,852");
  }

  @Test
  void theDocumentHasWhatTheTableHas() throws Exception {
    var json =
        new ObjectMapper()
            .readTree(report(BenchRow.of("job", 30, "steps/s").against("bare", 120)).json());
    assertThat(json.required("machine").required("cores").asInt()).isEqualTo(2);
    var row = json.required("sections").get(0).required("rows").get(0);
    assertThat(row.required("value").asDouble()).isEqualTo(30);
    var against = row.required("against").get(0);
    assertThat(against.required("name").asText()).isEqualTo("bare");
    assertThat(against.required("value").asDouble()).isEqualTo(120);
    assertThat(against.required("ratio").asDouble()).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void aTableFitsItsTerminal() {
    var row =
        BenchRow.of("a figure with a long name, measured in some way", 1_234_567, "rows/s")
            .against("a limit with a name that is long as well", 2_345_678)
            .noted("what bounds it is said in a sentence that has more words than one line takes");
    assertThat(report(row).text(80).lines()).allMatch(line -> line.length() < 80);
  }

  @Test
  void theProcessorIsTheOneThatLinuxNames() {
    var lines = List.of("processor\t: 0", "model name\t: AMD EPYC 7B13", "model name\t: other");
    assertThat(Machine.processor(lines)).isEqualTo("AMD EPYC 7B13");
    assertThat(Machine.processor(List.of())).isNotEmpty();
  }

  private static BenchReport report(BenchRow row) {
    return new BenchReport(
        "2026-01-02T03:04:05Z",
        "0.1",
        MACHINE,
        61,
        List.of(new SectionFigures("training", "steps", List.of(row), 60)));
  }
}
