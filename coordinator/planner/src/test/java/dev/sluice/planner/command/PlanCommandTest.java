package dev.sluice.planner.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import picocli.CommandLine;

final class PlanCommandTest {

  static final List<String> FLEETS = Presets.FLEETS.names();

  @ParameterizedTest
  @FieldSource("FLEETS")
  void everyPresetCanBePlannedWithEveryMix(String fleet) {
    for (var mix : Presets.MIXES.names()) {
      var run = Run.of("--fleet", fleet, "--jobs", mix);
      assertThat(run.err).isEmpty();
      assertThat(run.code).isIn(0, 1);
      assertThat(run.out).contains("modelled, none measured").contains("Bottleneck: ");
    }
  }

  @Test
  void anInferenceOnlyCentreDoesNotTrainAndIsToldWhatWould() {
    var run = Run.of("--fleet", "npu-centre", "--jobs", "training-mix");
    assertThat(run.code).isEqualTo(1);
    assertThat(run.out)
        .contains("there is no training software for rbln-atom")
        .contains(" possible: Add ");
  }

  @Test
  void theSamePlanIsTheSameDocument() {
    var one = Run.of("--fleet", "mixed-centre", "--jobs", "centre-mix", "--json");
    var again = Run.of("--fleet", "mixed-centre", "--jobs", "centre-mix", "--json");
    assertThat(one.out).isEqualTo(again.out).contains("\"modelled\" : true");
  }

  @Test
  void thePageStandsAloneAndEscapesNames(@TempDir Path folder) throws IOException {
    var mix = folder.resolve("mix.yaml");
    Files.writeString(
        mix,
        """
        name: "<script>alert(1)</script>"
        hours: 1
        jobs:
          - {name: "<b>", kind: inference, model: resnet50, samples: 1_000_000, count: 5}
        """);
    var page = folder.resolve("plan.html");
    var run = Run.of("--fleet", "npu-centre", "--jobs", mix.toString(), "--html", page.toString());
    assertThat(run.code).isZero();
    assertThat(Files.readString(page))
        .contains("<svg class=\"plot\"", "modelled, not measured", "&lt;script&gt;")
        .doesNotContain("<script", "http://", "https://", "<!--");
  }

  @Test
  void aClassOfWhichNothingArrivesIsShownWithoutFigures(@TempDir Path folder) throws IOException {
    var mix = folder.resolve("mix.yaml");
    Files.writeString(
        mix,
        """
        name: rare
        hours: 1
        jobs:
          - {name: seldom, kind: inference, model: resnet50, samples: 1000, perHour: 1e-9}
        """);
    var page = folder.resolve("plan.html");
    var run = Run.of("--fleet", "npu-centre", "--jobs", mix.toString(), "--html", page.toString());
    assertThat(run.code).isZero();
    assertThat(run.out).containsPattern("seldom +0 +0 +- +- +- +-\n");
  }

  @Test
  void badInputIsToldWithFileAndLine(@TempDir Path folder) throws IOException {
    var fleet = folder.resolve("fleet.yaml");
    Files.writeString(fleet, "name: x\nlanes:\n  - {lane: a, accelerator: rbln-atm, count: 1}\n");
    var run = Run.of("--fleet", fleet.toString(), "--jobs", "centre-mix");
    assertThat(run.code).isEqualTo(2);
    assertThat(run.err).contains("fleet.yaml, line 3").contains("rbln-atom");
    var named = Run.of("--fleet", "npu-center", "--jobs", "centre-mix");
    assertThat(named.code).isEqualTo(2);
    assertThat(named.err).contains("Did you mean 'npu-centre'?");
  }

  @Test
  void presetsAreListed() {
    assertThat(Run.of("--presets").out).contains("npu-centre", "isambard-ai", "centre-mix");
  }

  /**
   * A command that ended.
   *
   * @param code exit code
   * @param out what it printed
   * @param err what it complained about
   */
  private record Run(int code, String out, String err) {
    static Run of(String... arguments) {
      var out = new StringWriter();
      var err = new StringWriter();
      int code =
          new CommandLine(new PlanCommand())
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(arguments);
      return new Run(code, out.toString(), err.toString());
    }
  }
}
