package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.producer.api.ApiJson;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The catalogue as people and programs see it. */
class AcceleratorsCommandTest {

  private static final String ACME =
      """
      vendor: Acme
      recorded: 2025-12-01
      sources: {sheet: {text: data sheet 7, read: 2025-12-02}}
      accelerators:
        - id: acme-%s
          name: Acme
          kind: npu
          training: {vendorSoftware: no, evidence: the manual}
          peak: {int8: %s, source: sheet}
      """;

  @TempDir Path folder = Path.of("");

  private record Run(int code, String out, String err) {
    JsonNode json() throws IOException {
      return ApiJson.MAPPER.readTree(out);
    }
  }

  private static Run run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        new CommandLine(new AcceleratorsCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Run(code, out.toString(), err.toString());
  }

  private Path write(String name, String rate) throws IOException {
    return Files.writeString(folder.resolve(name + ".yaml"), ACME.formatted(name, rate));
  }

  @Test
  void theListHasALineForEachModelWithItsRates() {
    var lines = run().out().lines().toList();

    assertThat(lines).hasSize(1 + 38);
    assertThat(lines.getFirst().split(" +"))
        .containsExactly(
            "ID", "KIND", "TRAINS", "FP16/BF16", "FP8", "INT8", "MEMORY", "BANDWIDTH", "POWER");
    assertThat(lines)
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "rbln-atom +npu +no +32/\\? +\\? +128 +GDDR6 16 GB +256 GB/s"
                            + " +60\\.\\.130 W"));
    assertThat(lines)
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "nvidia-h100-sxm +gpu +yes +989 +1979 +1979 +HBM3 80 GB +3350 GB/s +700"
                            + " W"));
    assertThat(lines)
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "furiosa-warboy +npu +no +- +- +64 +LPDDR4X 16 GB +66 GB/s +40\\.\\.60 W"));
    assertThat(lines)
        .anySatisfy(line -> assertThat(line).startsWith("aws-inferentia2").contains("unknown"));
    assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThan(120));
  }

  @Test
  void oneModelIsShownWithItsSourcesAndDisagreements() {
    var run = run("rbln-atom");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("rbln-atom: ATOM (RBLN-CA02)")
        .contains("dense peak    fp16 32 TFLOPS, int8 128 TOPS, int4 256 TOPS")
        .contains("source: ascii.jp/elem/000/004/379/4379440")
        .contains("figures recorded on 2026-11-24")
        .contains("memory        GDDR6 16 GB, usable 15.7 GiB, 256 GB/s")
        .contains("disagreement  about floating point")
        .contains("womaneconomy.co.kr")
        .contains("taken: it has FP16 units, 32 TFLOPS dense");
  }

  @Test
  void tableAndDetailsFitATerminal() {
    var models = CatalogueFiles.builtIn().all();
    for (int columns : new int[] {40, 80, 200}) {
      var whole = AcceleratorText.table(models, columns);
      assertThat(whole.lines()).hasSizeGreaterThan(models.size());
      assertThat(whole.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(columns));
    }
    for (var model : models) {
      assertThat(AcceleratorText.details(model, 80).lines())
          .allSatisfy(line -> assertThat(line.length()).isLessThan(80));
    }
  }

  @Test
  void whatIsNotPublishedIsSaid() {
    assertThat(run("nvidia-h100-nvl").out()).contains("dense peak    not published");
    assertThat(run("google-tpu-v5e").out()).contains("power         not published");
    assertThat(run("aws-inferentia2").out())
        .contains("trains        no published training software: ");
  }

  @Test
  void jsonHasEveryFigureWithItsSourceAndNullWhereThereIsNone() throws Exception {
    var atom = run("rbln-atom", "--json").json();

    assertThat(atom.at("/rates/peaks/fp16").asDouble()).isEqualTo(32);
    assertThat(atom.at("/rates/evidence/sources/0/text").asText()).contains("ascii.jp");
    assertThat(atom.at("/memory/gigabytesPerSecond").asDouble()).isEqualTo(256);
    assertThat(atom.at("/power/tdpWatts").isNull()).isTrue();
    assertThat(atom.at("/training/vendorSoftware").asText()).isEqualTo("no");
    assertThat(atom.at("/trains").asBoolean()).isFalse();
    assertThat(atom.at("/infers").asBoolean()).isTrue();
    assertThat(atom.at("/formats/0").asText()).isEqualTo("fp32");
    assertThat(atom.at("/kind").asText()).isEqualTo("npu");
    assertThat(atom.at("/origin/recorded").asText()).isEqualTo("2026-11-24");
    assertThat(atom.at("/disagreements/0/because").asText()).contains("training software");
    assertThat(run("--json").json().path("accelerators")).hasSize(38);
  }

  @Test
  void anUnknownIdGetsTheNearestNames() throws Exception {
    var run = run("h100");

    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("There is no accelerator model 'h100'.")
        .contains("Did you mean 'nvidia-h100-nvl' or 'nvidia-h100-pcie' or 'nvidia-h100-sxm'?");
    assertThat(run("h100", "--json").json().at("/problems/0/what").asText()).contains("'h100'");
  }

  @Test
  void modelsOfOnesOwnComeFromOptionsAndTheEnvironment() throws Exception {
    var one = write("one", "5");
    var two = write("two", "6");
    var three = Files.createDirectory(folder.resolve("more"));
    Files.writeString(three.resolve("three.yml"), ACME.formatted("three", "7"));
    var run =
        run(
            "--environment-catalogue",
            one + File.pathSeparator + three,
            "--catalogue",
            two.toString());

    assertThat(run.out()).contains("acme-one", "acme-two", "acme-three");
    assertThat(run("acme-two", "--catalogue", two.toString()).out())
        .contains("source: data sheet 7, read on 2025-12-02");
  }

  @Test
  void aFileWithAMistakeIsRefusedWithItsLine() throws Exception {
    var bad = write("bad", "-5");
    var run = run("--catalogue", bad.toString());

    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(run.err())
        .contains(bad + ", line 9: accelerators[0].peak.int8: A peak rate is -5 TFLOPS or TOPS.")
        .contains("mend: Correct the figure");
  }

  @Test
  void itExplainsItself() {
    assertThat(run("--help").out()).contains("Usage:", "--catalogue", "SLUICE_CATALOGUE", "--json");
  }
}
