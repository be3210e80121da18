package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.api.ApiJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Predictions as people and programs see them. */
class PredictCommandTest {

  @TempDir Path folder = Path.of("");

  private record Run(int code, String out, String err) {
    JsonNode json() throws IOException {
      return ApiJson.MAPPER.readTree(out);
    }
  }

  /** Arguments as a shell splits them. */
  private static Run run(String arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        new CommandLine(new PredictCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.split(" ", -1));
    return new Run(code, out.toString(), err.toString());
  }

  @Test
  void aPredictionIsLabelledModelledAndHasEveryFigure() throws Exception {
    var run = run("--accelerator nvidia-t4 --model resnet50 --json");
    var json = run.json();

    assertThat(run.code()).isZero();
    assertThat(json.path("basis").asText()).isEqualTo("modelled");
    assertThat(json.path("verdict").asText()).isEqualTo("predicted");
    assertThat(json.path("accelerator").asText()).isEqualTo("nvidia-t4");
    assertThat(json.path("model").asText()).isEqualTo("resnet50");
    assertThat(json.path("scenario").asText()).isEqualTo("offline");
    assertThat(json.path("format").asText()).isEqualTo("int8");
    assertThat(json.path("count").asInt()).isEqualTo(1);
    assertThat(json.path("samplesPerSecond").asDouble()).isCloseTo(6311.78, within(0.01));
    assertThat(json.path("latencyMs").asDouble()).isCloseTo(324.473, within(0.001));
    assertThat(json.path("energyJPerSample").asDouble()).isCloseTo(0.01109, within(1e-5));
    assertThat(json.path("bound").asText()).isEqualTo("compute");
    assertThat(json.at("/terms/memorySeconds").asDouble()).isCloseTo(9.8564e-5, within(1e-8));
    assertThat(json.at("/interval/low").asDouble()).isCloseTo(5049.42, within(0.01));
    assertThat(json.at("/interval/high").asDouble()).isCloseTo(7889.72, within(0.01));
    assertThat(json.has("tokensPerSecond")).isTrue();
    assertThat(json.path("tokensPerSecond").isNull()).isTrue();
    assertThat(json.path("notes").isArray()).isTrue();
  }

  @Test
  void textSaysWhatItRestsOn() {
    var out = run("--accelerator nvidia-h100-sxm --model gptj-99 --count 8").out();

    assertThat(out)
        .contains("8 x nvidia-h100-sxm answering GPT-J 6B")
        .contains("modelled from published figures; nothing was measured")
        .contains("samples/s, probably ")
        .contains("tokens/s")
        .contains("at most ")
        .contains("bound by    compute");
    assertThat(out.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(101));
  }

  @Test
  void whatIsNotPublishedIsNull() throws Exception {
    var json = run("--accelerator google-tpu-v5e --model bert-99 --json").json();

    assertThat(json.path("energyJPerSample").isNull()).isTrue();
    assertThat(run("--accelerator google-tpu-v5e --model bert-99").out())
        .contains("unknown: the power isn't published");
  }

  @ParameterizedTest
  @CsvSource({
    "bert-99, bert-large",
    "bert-99.9, bert-large",
    "gptj-99, gptj-6b",
    "gptj-99.9, gptj-6b",
    "llama2-70b-99, llama2-70b",
    "resnet, resnet50",
    "ssd-small, ssd-mobilenet",
    "ssd-large, ssd-resnet34"
  })
  void benchmarksNameTheirModels(String name, String id) throws Exception {
    var json = run("--accelerator nvidia-h100-sxm --count 8 --json --model " + name).json();

    assertThat(json.path("model").asText()).isEqualTo(id);
    assertThat(json.path("verdict").asText()).isEqualTo("predicted");
  }

  @Test
  void aScenarioAndAFormatAreTakenAsAsked() throws Exception {
    var json =
        run("--accelerator rbln-atom --model resnet50 --scenario single-stream --format fp16"
                + " --json")
            .json();

    assertThat(json.path("scenario").asText()).isEqualTo("single-stream");
    assertThat(json.path("format").asText()).isEqualTo("fp16");
    assertThat(json.path("latencyMs").asDouble())
        .isCloseTo(1e3 / json.path("samplesPerSecond").asDouble(), within(1e-9));
  }

  @Test
  void theImpossibleEndsWithOneAndAllReasons() throws Exception {
    var asked = "--accelerator nvidia-h100-sxm --model llama2-70b-99 --format fp16";
    var run = run(asked + " --json");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.json().path("verdict").asText()).isEqualTo("impossible");
    assertThat(run.json().path("samplesPerSecond").isNull()).isTrue();
    assertThat(run.json().at("/reasons/0").asText()).contains("138.146 GB", "72.000 GB");
    assertThat(run(asked).code()).isEqualTo(1);
    assertThat(run(asked).out()).contains("verdict     impossible").contains("138.146 GB");
  }

  @Test
  void theUnknownIsNotGuessed() throws Exception {
    var run = run("--accelerator host-cpu --model resnet50 --json");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.json().path("verdict").asText()).isEqualTo("unknown");
    assertThat(run.json().at("/reasons/0").asText()).contains("host-cpu");
    assertThat(run("--accelerator nvidia-t4 --model sdxl").out()).contains("as a range");
  }

  @Test
  void everyUnknownNameIsTold() throws Exception {
    var asked = "--accelerator h100 --model resnet5 --scenario of-line --format int9 --count 0";
    var run = run(asked);

    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("There are 5 problems.")
        .contains("Did you mean 'nvidia-h100-nvl' or 'nvidia-h100-pcie' or 'nvidia-h100-sxm'?")
        .contains("Did you mean 'resnet50'?")
        .contains("Did you mean 'offline'?")
        .contains("Did you mean 'int8'?")
        .contains("--count: The number of accelerators is 0.");
    assertThat(run(asked + " --json").json().path("problems")).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1000001", "99999999999999"})
  void countsOutsideTheBoundsAreRefused(String count) {
    var run = run("--accelerator nvidia-t4 --model resnet50 --count " + count);

    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(run.err()).contains("is " + count + ".").contains("1 to 1000000");
  }

  @Test
  void manyAcceleratorsShareTheRate() throws Exception {
    var one = run("--accelerator nvidia-t4 --model resnet50 --json").json();
    var most = run("--accelerator nvidia-t4 --model resnet50 --count 1000000 --json").json();

    assertThat(most.path("samplesPerSecond").asDouble())
        .isCloseTo(one.path("samplesPerSecond").asDouble() * 0.988e6, within(1.0));
  }

  @Test
  void aStepOfTrainingIsPredicted() throws Exception {
    var asked = "--accelerator nvidia-h100-sxm --model resnet50 --train --batch 256";
    var json = run(asked + " --json").json();

    assertThat(json.path("basis").asText()).isEqualTo("modelled");
    assertThat(json.path("stepSeconds").asDouble()).isCloseTo(0.014814, within(1e-6));
    assertThat(json.path("unitsPerSecond").asDouble()).isCloseTo(17_280.8, within(0.1));
    assertThat(json.path("unit").asText()).isEqualTo("samples");
    assertThat(json.path("format").asText()).isEqualTo("bf16");
    assertThat(json.path("sharded").asBoolean()).isFalse();
    assertThat(run(asked).out()).contains("17,281 samples/s").contains("modelled");
    var tokens = run("--accelerator nvidia-h100-sxm --model llama3-8b --count 8 --train --json");
    assertThat(tokens.json().path("unit").asText()).isEqualTo("tokens");
    assertThat(tokens.json().path("batch").asInt()).isEqualTo(4_096);
  }

  @Test
  void whatDoesNotTrainIsImpossibleWithAllReasons() throws Exception {
    var run = run("--accelerator rbln-atom --model resnet50 --train --format int8 --json");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.json().path("verdict").asText()).isEqualTo("impossible");
    assertThat(run.json().path("reasons")).hasSize(2);
  }

  @Test
  void optionsThatExcludeEachOtherAreRefused() {
    assertThat(run("--accelerator nvidia-t4 --model resnet50 --batch 4").err())
        .contains("without --train");
    assertThat(
            run("--accelerator nvidia-t4 --model resnet50 --train --batch 0 --scenario offline")
                .err())
        .contains("The batch is 0.")
        .contains("A scenario is given with --train.");
    assertThat(run("--model resnet50").code()).isEqualTo(ExitCode.BAD_INPUT.code());
  }

  @Test
  void acceleratorsOfOnesOwnArePredicted() throws Exception {
    var file =
        Files.writeString(
            folder.resolve("acme.yaml"),
            """
            vendor: Acme
            recorded: 2026-12-01
            sources: {sheet: {text: data sheet 7, read: 2026-12-02}}
            accelerators:
              - id: acme-one
                name: Acme
                kind: npu
                training: {vendorSoftware: no, evidence: the manual}
                peak: {int8: 100, source: sheet}
                memory: {kind: HBM3, gigabytes: 16, gigabytesPerSecond: 1000, source: sheet}
            """);
    var run = run("--accelerator acme-one --model resnet50 --json --catalogue " + file);

    assertThat(run.code()).isZero();
    assertThat(run.json().path("notes").toString()).contains("64 MB are assumed");
  }

  @Test
  void itExplainsItself() {
    assertThat(run("--help").out())
        .contains("Usage:", "--accelerator", "--scenario", "--train", "--json", "modelled");
  }
}
