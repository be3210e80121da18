package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.accelerators.cost.Scenario;
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
import picocli.CommandLine;

/** Predictions as people and programs see them. */
class PredictCommandTest {

  @TempDir Path folder = Path.of("");

  private record Run(int code, String out, String err) {
    JsonNode json() throws IOException {
      return ApiJson.MAPPER.readTree(out);
    }
  }

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
  void aPredictionSaysHowFastAtWhichEnergyAndWhatBoundsIt() throws Exception {
    var t4 = run("--accelerator nvidia-t4 --model resnet50 --json");

    assertThat(t4.code()).isZero();
    var json = t4.json();
    assertThat(json.path("accelerator").asText()).isEqualTo("nvidia-t4");
    assertThat(json.path("model").asText()).isEqualTo("resnet50");
    assertThat(json.path("scenario").asText()).isEqualTo("offline");
    assertThat(json.path("format").asText()).isEqualTo("int8");
    assertThat(json.path("count").asInt()).isEqualTo(1);
    assertThat(json.path("label").asText()).isEqualTo("modelled");
    assertThat(json.path("samplesPerSecond").asDouble()).isBetween(6311.0, 6312.0);
    assertThat(json.path("latencyMs").asDouble()).isBetween(324.0, 325.0);
    assertThat(json.path("energyJPerSample").asDouble()).isBetween(0.0110, 0.0112);
    assertThat(json.path("bound").asText()).isEqualTo("compute");
    assertThat(json.at("/termsMsPerSample/compute").asDouble()).isBetween(0.144, 0.145);
    assertThat(json.at("/termsMsPerSample/hostLink").asDouble()).isBetween(0.010, 0.011);
    assertThat(json.at("/interval/low").asDouble()).isLessThan(6311);
    assertThat(json.at("/interval/high").asDouble()).isGreaterThan(6312);
    assertThat(json.path("notes").isArray()).isTrue();
    assertThat(json.has("tokensPerSecond")).isFalse();
  }

  @Test
  void peopleGetLinesWithUnits() {
    var text = run("--accelerator nvidia-t4 --model resnet50 --scenario single-stream").out();

    assertThat(text)
        .startsWith("nvidia-t4, resnet50, single-stream, int8 (modelled)\n")
        .containsPattern("latency +783 µs of a sample")
        .containsPattern("bound by +overhead")
        .containsPattern("energy +at most 54.8 mJ per sample, without the host");
  }

  @Test
  void energyIsNullWhereThePowerIsNotPublished() throws Exception {
    var json = run("--accelerator rbln-atom --model resnet50 --json").json();

    assertThat(json.path("energyJPerSample").isNull()).isTrue();
    assertThat(json.path("notes").toString()).contains("130 W");
    assertThat(run("--accelerator rbln-atom --model resnet50").out())
        .contains("unknown: the thermal design power isn't published");
  }

  @ParameterizedTest
  @CsvSource({
    "resnet, resnet50",
    "ssd-small, ssd-mobilenet",
    "ssd-large, ssd-resnet34",
    "bert-99, bert-large",
    "bert-99.9, bert-large",
    "gptj-99, gptj-6b"
  })
  void namesOfMlperfAreUnderstood(String name, String model) throws Exception {
    var json = run("--accelerator nvidia-h100-sxm --json --model " + name).json();

    assertThat(json.path("model").asText()).isEqualTo(model);
    assertThat(json.path("samplesPerSecond").asDouble()).isPositive();
  }

  @Test
  void languageModelsCountTokensAndSpreadOverDevices() throws Exception {
    var json = run("--accelerator nvidia-h100-sxm --model llama2-70b-99 --count 8 --json").json();

    assertThat(json.path("tokensPerSecond").asDouble()).isBetween(22_900.0, 22_920.0);
    assertThat(json.path("samplesPerSecond").asDouble()).isBetween(77.0, 79.0);
    assertThat(json.at("/termsMsPerSample/interconnect").asDouble()).isPositive();
    assertThat(json.path("notes").toString()).contains("spans");
  }

  @Test
  void whatCannotRunIsRefusedWithReasonsAndNumbers() throws Exception {
    var large = run("--accelerator rbln-atom --model llama2-70b");

    assertThat(large.code()).isEqualTo(ExitCode.JOB_FAILED.code());
    assertThat(large.out())
        .contains("rbln-atom, llama2-70b, offline: impossible")
        .contains("69.1 GB")
        .contains("16.9 GB")
        .contains("Take at least 8 of them");

    var json = run("--accelerator nvidia-t4 --model resnet50 --format bf16 --json").json();
    assertThat(json.path("verdict").asText()).isEqualTo("impossible");
    assertThat(json.path("format").asText()).isEqualTo("bf16");
    assertThat(json.at("/reasons/0").asText()).contains("nvidia-t4 doesn't take bf16");
  }

  @Test
  void whatIsNotPublishedIsNotGuessed() throws Exception {
    assertThat(run("--accelerator host-cpu --model resnet50").out())
        .contains("unknown", "No rate of host-cpu is published");
    assertThat(run("--accelerator nvidia-t4 --model 3d-unet-kits").out())
        .contains("unknown: only a range of operations is published, 100", "GFLOP to 300 GFLOP");
    assertThat(run("--accelerator nvidia-h100-nvl --model resnet50 --json").json().path("verdict"))
        .hasToString("\"unknown\"");
    assertThat(run("--accelerator nvidia-t4 --model gpt3-175b").code()).isEqualTo(1);
  }

  @Test
  void trainingHasStepsAndScaling() throws Exception {
    var json =
        run("--accelerator nvidia-h100-sxm --model resnet50 --train --batch 256 --count 8 --json")
            .json();

    assertThat(json.path("format").asText()).isEqualTo("bf16");
    assertThat(json.path("stepSeconds").asDouble()).isBetween(0.0148, 0.0149);
    assertThat(json.path("scalingEfficiency").asDouble()).isEqualTo(1.0);
    assertThat(json.path("allReduceSeconds").asDouble()).isPositive();
    assertThat(json.path("sharded").asBoolean()).isFalse();
    assertThat(run("--accelerator nvidia-h100-sxm --model gpt3-175b --train --count 64").out())
        .contains("training on 4096 tokens each")
        .contains("spread over all devices");
  }

  @Test
  void inferenceChipsDoNotTrain() {
    var run = run("--accelerator rbln-atom --model resnet50 --train");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("impossible", "rbln-atom only infers");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --accelerator h100 --model resnet50                     | 'nvidia-h100-pcie'
          --accelerator nvidia-t4 --model resnet-50               | Did you mean 'resnet50'?
          --accelerator nvidia-t4 --model resnet50 --count 0      | --count: The number of accelerators is 0.
          --accelerator nvidia-t4 --model resnet50 --count -3     | It must be from 1 to 1000000.
          --accelerator nvidia-t4 --model resnet50 --count 1000001 | It must be from 1 to 1000000.
          --accelerator nvidia-t4 --model resnet50 --count many   | 'many'
          --accelerator nvidia-t4 --model resnet50 --format int9  | Did you mean 'int8'?
          --accelerator nvidia-t4 --model resnet50 --scenario online | Did you mean 'offline'?
          --accelerator nvidia-t4 --model resnet50 --batch 5      | add --train
          --accelerator nvidia-t4 --model resnet50 --train --batch 0 | The batch is 0.
          --accelerator nvidia-t4 --model resnet50 --train --scenario offline | Leave out --scenario
          --model resnet50                                        | --accelerator
          """)
  void badInputIsToldInWords(String arguments, String message) {
    var run = run(arguments);

    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(run.err()).contains(message);
  }

  @Test
  void devicesOfOnesOwnArePredictedToo() throws Exception {
    var file =
        Files.writeString(
            folder.resolve("acme.yaml"),
            """
            vendor: Acme
            recorded: 2025-02-01
            sources: {sheet: {text: data sheet 7, read: 2025-02-02}}
            software: {acme: {sdk: Acme SDK, accepts: [ONNX]}}
            accelerators:
              - id: acme-one
                name: Acme
                kind: npu
                training: {vendorSoftware: no, evidence: the manual}
                software: acme
                peak: {int8: 100, source: sheet}
                memory: {kind: HBM3, gigabytes: 16, gigabytesPerSecond: 800, source: sheet}
            """);
    var run = run("--accelerator acme-one --model resnet50 --catalogue " + file);

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("on-chip memory isn't published; 64 MB are assumed");
  }

  @Test
  void helpListsWhatTheDataHolds() {
    var help = run("--help").out().replaceAll("\\s+", " ");
    assertThat(help).contains(ModelCosts.builtIn().names());
    assertThat(help).contains(Scenario.labels());
    assertThat(help).contains(NumberFormat.labels());
  }

  @Test
  void energyOfAModuleIsSaidToBeItsOwn() throws Exception {
    assertThat(run("--accelerator nvidia-gh200-96gb --model resnet50").out())
        .contains("per sample of the module, its processor included");
    assertThat(
            run("--accelerator nvidia-gh200-96gb --model resnet50 --train --json")
                .json()
                .path("energyOf")
                .asText())
        .isEqualTo("module");
    assertThat(run("--accelerator nvidia-t4 --model resnet50 --json").json().path("energyOf"))
        .hasToString("\"device\"");
  }

  @Test
  void whetherAFormatIsTakenMayBeUnknown() throws Exception {
    var json = run("--accelerator google-tpu-v4 --model resnet50 --format fp32 --json").json();
    assertThat(json.path("verdict").asText()).isEqualTo("unknown");
    assertThat(json.at("/reasons/0").asText())
        .isEqualTo("Whether google-tpu-v4 takes fp32 isn't published. Take one of bf16, int8.");
  }

  @Test
  void itExplainsItself() {
    assertThat(run("--help").out())
        .contains("Usage:", "--scenario", "bert-99", "modelled", "--catalogue");
  }
}
