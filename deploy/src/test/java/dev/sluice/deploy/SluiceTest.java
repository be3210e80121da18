package dev.sluice.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.cli.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line where something is wrong with it, or with the machine. */
final class SluiceTest {

  private record Ran(int exitCode, String out, String err) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "up",
        "producer",
        "coordinator",
        "worker",
        "submit",
        "jobs",
        "job",
        "results",
        "cancel",
        "lag",
        "lanes",
        "fleet",
        "models",
        "explain",
        "accelerators",
        "predict",
        "plan",
        "audit",
        "settings"
      })
  void everyCommandExplainsItself(String command) {
    var ran = run(command, "--help");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("Usage: sluice " + command, "--help").doesNotContain("null");
  }

  @Test
  void aWrongOptionIsOneErrorWithASuggestion() {
    var ran = run("up", "--wrokers", "3");
    assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(ran.err())
        .contains("--wrokers", "--workers", "See sluice up --help.")
        .doesNotContain("Usage:");
  }

  @Test
  void noCommandIsAnErrorThatPointsToHelp() {
    var ran = run();
    assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(ran.err()).contains("sluice --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65", "many"})
  void workersHaveABound(String workers) {
    for (var command : new String[] {"up", "quickstart"}) {
      var ran = run(command, "--workers", workers);
      assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
      assertThat(ran.err()).contains("--workers", workers);
    }
  }

  @Test
  void aTakenPortIsFoundOutBeforeAnythingIsStarted() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var port = String.valueOf(taken.getLocalPort());
      for (var ports : List.of(List.of(port, "0"), List.of("0", port))) {
        var ran = run("up", "--port", ports.getFirst(), "--kafka-port", ports.getLast());
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
        assertThat(ran.err()).contains("port " + port, "taken").doesNotContain("kafka  ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "99999"})
  void aPortThatIsNoneIsAnError(String port) {
    for (var ports : List.of(List.of(port, "0"), List.of("0", port))) {
      var ran = run("up", "--port", ports.getFirst(), "--kafka-port", ports.getLast());
      assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
      assertThat(ran.err()).contains(port, "65535").doesNotContain("\tat ");
    }
  }

  @Test
  void whatIsWrongIsADocumentWhereJsonIsAskedFor() throws Exception {
    for (var command :
        List.of(
            List.of("up", "--lane", "No Lane"),
            List.of("up", "--wrokers", "3"),
            List.of("quickstart", "--workers", "65"),
            List.of("settings", "nobody"),
            List.of("coordinator", "--bootstrap-servers", "nowhere"),
            List.of("worker", "--bootstrap-servers", "nowhere", "--lane", "cpu"),
            List.of("audit", "digits@1", "--bootstrap-servers", "nowhere"))) {
      var arguments = new ArrayList<>(command);
      arguments.add("--json");
      var ran = run(arguments.toArray(String[]::new));
      assertThat(ran.exitCode()).as("%s", command).isIn(2, 4);
      var document = ApiJson.MAPPER.readTree(ran.out());
      assertThat(document.required("type").asText())
          .isEqualTo("urn:sluice:problem:" + document.required("code").asText());
      assertThat(document.required("title").asText()).isNotBlank();
      assertThat(document.required("detail").asText()).isNotBlank();
      assertThat(document.required("problems").isArray()).isTrue();
      for (var problem : document.required("problems")) {
        assertThat(problem.required("code").asText()).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"producer", "coordinator", "worker --lane cpu", "audit model@1"})
  void anAddressThatIsNoneIsNamedTogetherWithTheReason(String command) {
    var arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(List.of("--bootstrap-servers", "no port"));
    var ran = run(arguments.toArray(String[]::new));
    assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(ran.err())
        .contains("no port", "names no broker", "--bootstrap-servers")
        .doesNotContain("Failed to create", "\tat ");
  }

  @Test
  void settingsAreADocumentToo() throws Exception {
    var ran = run("settings", "worker", "--json");
    var settings = ApiJson.MAPPER.readTree(ran.out()).required("worker");
    assertThat(settings.findValuesAsText("name")).contains("lane", "held-tasks-max");
  }

  @Test
  void allWrongSettingsOfAnAcceleratorAndALaneAreSaidAtOnce() {
    var ran = run("up", "--port", "0", "--lane", "No Lane", "--accelerator", "abacus");
    assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(ran.err()).contains("No Lane", "abacus", "sluice accelerators");
  }

  @Test
  void explainTellsAFleetThatIsNotThereWhatItWouldNotDo() throws Exception {
    var job = Path.of(System.getProperty("basedir", "")).resolve("quickstart.d/train.yaml");
    var ran = run("explain", job.toString(), "--fleet", "npu-centre", "--json");
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.JOB_FAILED.code());
    var verdicts = ApiJson.MAPPER.readTree(ran.out()).required("verdicts");
    assertThat(verdicts).isNotEmpty();
    assertThat(verdicts)
        .allSatisfy(
            verdict ->
                assertThat(verdict.required("reasons").toString())
                    .contains("no training software"));

    var trains = run("explain", job.toString(), "--fleet", "isambard-ai", "--json");
    assertThat(trains.exitCode()).as(trains.err()).isZero();
    assertThat(
            ApiJson.MAPPER
                .readTree(trains.out())
                .required("verdicts")
                .get(0)
                .required("forecast")
                .required("workSeconds")
                .asDouble())
        .isPositive();

    var unknown = run("explain", job.toString(), "--fleet", "isambard");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(unknown.err()).contains("isambard-ai");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--set-coordinator", "--set-producer", "--set-worker"})
  void anUnknownSettingNamesTheKnownOnes(String option) {
    var ran = run("up", "--port", "0", option, "speed=11");
    assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(ran.err()).contains("speed", "bootstrap-servers");
  }

  @Test
  void aPlaceThatIsNoDirectoryForDataIsAnError(@TempDir Path dir) throws Exception {
    var file = Files.createFile(dir.resolve("file"));
    var ran = run("up", "--port", "0", "--data", file.toString());
    assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(ran.err()).contains(file.toString()).doesNotContain("Exception");
  }

  @Test
  void aWorkerWithoutABrokerSaysSoWithinItsBound() {
    var ran =
        run(
            "worker",
            "--bootstrap-servers",
            "127.0.0.1:1",
            "--lane",
            "cpu",
            "--set",
            "start-ms-max=500");
    assertThat(ran.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(ran.err())
        .contains("Nothing listens at 127.0.0.1:1 (connection refused)")
        .doesNotContain("\tat ");
  }

  @Test
  void aClientWithoutAServerSaysHowToGetOne() {
    var ran = run("jobs", "--server", "http://127.0.0.1:1");
    assertThat(ran.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(ran.err()).contains("http://127.0.0.1:1", "sluice up");
  }

  private static Ran run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Sluice.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Ran(code, out.toString(), err.toString());
  }
}
