package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.spec.JobJson;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.Submitted;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ClientCommandsTest {

  private final FakeCluster cluster = new FakeCluster();
  @TempDir Path folder = Path.of("");

  @Command(name = "sluice")
  private static final class Root {}

  private record Run(int code, String out, String err) {
    JsonNode json() throws IOException {
      return ApiJson.MAPPER.readTree(out);
    }
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void everyCommandExplainsItself() {
    for (var type : ClientCommands.ALL) {
      var name = type.getAnnotation(Command.class).name();
      var help = run(name, "--help");

      assertThat(help.code()).as(name).isZero();
      assertThat(help.out()).as(name).contains("Usage: sluice " + name, "--json", "--server");
    }
  }

  @Test
  void submittingPrintsTheJobAndReturnsOnceItIsAccepted() throws Exception {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});

    var run = submit(jobFile());

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("is preparing on lane cpu");
  }

  @Test
  void filesThatTheJobNamesAreUploadedOnceRelativeToTheJobFile() throws Exception {
    Files.writeString(folder.resolve("rows.csv"), "x,label\n1,a\n2,b\n");
    var digest = Digests.sha256(Files.readAllBytes(folder.resolve("rows.csv")));
    var job =
        write(jobText().replace(Samples.DATASET, "rows.csv").replace("\"artifact\"", "\"file\""));

    var first = submit(job);
    var second = submit(job);

    assertThat(first.err()).contains("uploading rows.csv");
    assertThat(second.err()).doesNotContain("uploading");
    assertThat(first.code()).isZero();
    assertThat(cluster.artifacts.files).containsKey(digest);
  }

  @Test
  void aBadJobFileIsToldEverythingAtOnceWithoutAServer() throws Exception {
    cluster.close();
    var job =
        write(
            jobText()
                .replace("\"batch\":64", "\"batch\":0")
                .replace("\"shards\":4", "\"shards\":3"));

    var run = submit(job);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("batch", "shards", "mend:");
    assertThat(run("submit", folder.resolve("absent.yaml").toString()).code()).isEqualTo(2);
  }

  @Test
  void aFileThatIsNotThereIsToldWithItsPlace() throws Exception {
    var job =
        write(jobText().replace(Samples.DATASET, "gone.csv").replace("\"artifact\"", "\"file\""));

    var run = submit(job);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("dataset.file", "gone.csv");
    assertThat(cluster.log.events).isEmpty();
  }

  @Test
  void waitingEndsWithTheOutcomesExitCode() throws Exception {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
    for (var outcome : Map.of(JobStatus.SUCCEEDED, 0, JobStatus.FAILED, 1).entrySet()) {
      cluster.log.ledger =
          event ->
              cluster.view.put(Samples.state(((Submitted) event).jobId(), outcome.getKey(), 1));

      assertThat(submit(jobFile(), "--wait").code()).isEqualTo(outcome.getValue());
    }
  }

  @Test
  void whoeverWaitsGoesOnWaitingWhereTheLedgerIsSilent() throws Exception {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
    cluster.log.ledger =
        event -> {
          if (cluster.log.events.size() == 3) {
            var jobId = ((Submitted) event).jobId();
            cluster.view.put(Samples.state(jobId, JobStatus.SUCCEEDED, 1));
          }
        };

    var run = submit(jobFile(), "--wait");

    assertThat(run.code()).isZero();
    assertThat(run.err()).containsOnlyOnce("waiting, for at most 1 d 0 h: The job is accepted");
    assertThat(cluster.log.events).hasSize(3).containsOnly(cluster.log.events.getFirst());
  }

  @Test
  void aSilentLedgerEndsASubmissionThatDoesNotWaitAndOneThatHasWaitedLongEnough() throws Exception {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
    cluster.log.silenceLedger();

    assertThat(submit(jobFile()).code()).isEqualTo(5);
    assertThat(submit(jobFile(), "--wait", "--timeout", "1s").code()).isEqualTo(5);
  }

  @Test
  void waitingIsBounded() throws Exception {
    cluster.view.put(Samples.state("slow", JobStatus.RUNNING, 1));

    var run = run("job", "slow", "--wait", "--timeout", "1s");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("took longer than 1 s");
  }

  @Test
  void aRefusedJobExitsWithOneAndItsCause() throws Exception {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
    cluster.log.ledgerRefuses = true;

    var run = submit(jobFile());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("No lane can train.", "lane cpu");
    assertThat(run.err()).doesNotContain("\tat ");
  }

  @Test
  void noServerIsToldInOneSentence() {
    var run = run("jobs", "--server", "http://127.0.0.1:1");

    assertThat(run.code()).isEqualTo(4);
    assertThat(run.err()).contains("No Sluice server answers at http://127.0.0.1:1");
    assertThat(run.err()).doesNotContain("\tat ");
    assertThat(run("jobs", "--server", "ftp://nonsense").code()).isEqualTo(2);
    assertThat(run("jobs", "--no-such-option").code()).isEqualTo(2);
  }

  @Test
  void jobsAreListedForPeopleAndForPrograms() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));

    assertThat(run("jobs").out()).contains("JOB", "running", "a job");
    assertThat(run("jobs", "--json").json().path("jobs").path(0).path("jobId").asText())
        .isEqualTo("a");
    assertThat(run("jobs", "--status", "held").out()).contains("no jobs");
  }

  @Test
  void aJobIsShownInFull() {
    cluster.view.put(
        Samples.state(
            "t",
            "",
            Samples.job(Samples.training()),
            JobStatus.RUNNING,
            1,
            Samples.trainingAt(15, 0.25),
            null,
            null));

    var run = run("job", "t");

    assertThat(run.out()).contains("step 15 of 30, epoch 2 of 3", "0.2500", "lane cpu: chosen");
    assertThat(run("job", "unknown").code()).isEqualTo(2);
  }

  @Test
  void aJobIsCancelled() {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));

    assertThat(run("cancel", "a").out()).contains("a is cancelled");
  }

  @Test
  void cancellingSaysWhatHappened() {
    cluster.log.silenceLedger();
    cluster.view.put(Samples.state("slow", JobStatus.RUNNING, 1));
    cluster.view.put(Samples.state("done", JobStatus.SUCCEEDED, 1));

    var asked = run("cancel", "slow");
    assertThat(asked.code()).isZero();
    assertThat(asked.out()).contains("slow is being cancelled; it is still running");

    var late = run("cancel", "done");
    assertThat(late.code()).isEqualTo(2);
    assertThat(late.err()).contains("done was not cancelled: it had succeeded before");
  }

  @Test
  void whatGoesWrongIsADocumentWhereJsonIsAskedFor() throws Exception {
    cluster.view.put(Samples.state("slow", JobStatus.RUNNING, 1));

    var away = run("jobs", "--json", "--server", "http://127.0.0.1:1");
    assertThat(away.json().path("type").asText()).isEqualTo("urn:sluice:problem:unreachable");
    assertThat(away.json().path("detail").asText()).contains("http://127.0.0.1:1");
    assertThat(away.json().path("problems").isArray()).isTrue();
    assertThat(away.json().has("status")).isFalse();

    var late = run("job", "slow", "--wait", "--timeout", "1s", "--json");
    assertThat(late.json().path("type").asText()).isEqualTo("urn:sluice:problem:timed-out");
    assertThat(late.json().path("title").asText()).isNotBlank();

    var bad = submit(write(jobText().replace("\"batch\":64", "\"batch\":0")), "--json");
    assertThat(bad.json().path("type").asText()).isEqualTo("urn:sluice:problem:bad-input");
    assertThat(bad.json().path("problems").path(0).path("where").asText()).isEqualTo("batch");

    assertThat(run("jobs", "--json", "--server", "ftp://nonsense").json().path("detail").asText())
        .contains("nonsense");
    assertThat(run("submit", "absent.yaml", "--json").json().path("detail").asText())
        .contains("absent.yaml");
    assertThat(run("job", "unknown", "--json").json().path("status").asInt()).isEqualTo(404);
  }

  @Test
  void whereDocumentsComeByLineSoDoesWhatGoesWrong() throws Exception {
    for (var arguments : List.of(List.of("results", "gone"), List.of("lag", "--watch"))) {
      var all = new ArrayList<>(arguments);
      all.addAll(List.of("--json", "--server", "http://127.0.0.1:1"));

      var run = run(all.toArray(String[]::new));

      assertThat(run.out().lines()).as(arguments.getFirst()).hasSize(1);
      assertThat(run.json().path("title").asText()).isNotBlank();
    }
  }

  @Test
  void theServerMayBeWrittenAsPeopleWriteIt() {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    var uri = cluster.uri();

    for (var server : List.of(uri.getAuthority(), uri + "/", uri + "//", " " + uri + " ")) {
      assertThat(run("job", "a", "--server", server).code()).as(server).isZero();
    }
    for (var server :
        List.of(
            "ftp://a",
            "a b",
            "http://u:secret@a:1",
            "http://u:p/secret@a",
            "u:secret@a b",
            "::1",
            "a:0",
            "a:99999",
            "http://a?b")) {
      var wrong = run("jobs", "--server", server);
      assertThat(wrong.code()).as(server).isEqualTo(2);
      assertThat(wrong.err())
          .contains("can't be the server", "http://127.0.0.1:8642")
          .doesNotContain("Exception", "secret");
    }
  }

  @Test
  void theBeginningOfAnIdIsEnoughWhereItIsOneJobs() {
    cluster.view.put(Samples.state("abc1", JobStatus.RUNNING, 1));
    cluster.view.put(Samples.state("abd2", JobStatus.RUNNING, 1));
    cluster.view.put(Samples.state("abd", JobStatus.RUNNING, 1));

    assertThat(run("job", "abc").out()).contains("abc1");
    assertThat(run("job", "abd").out()).contains("abd").doesNotContain("abd2");
    assertThat(run("cancel", "abc").out()).contains("abc1 is cancelled");

    var several = run("job", "ab");
    assertThat(several.code()).isEqualTo(2);
    assertThat(several.err()).contains("abc1", "abd2", "Write more of it");
  }

  @Test
  void aWholeIdIsEnoughHoweverManyYoungerOnesBeginLikeIt() {
    cluster.view.put(Samples.state("run", JobStatus.RUNNING, 1));
    for (int n = 0; n < 10; n++) {
      cluster.view.put(Samples.state("run" + n, JobStatus.RUNNING, 2 + n));
    }
    assertThat(run("job", "run").out()).contains("run").doesNotContain("run0");
    assertThat(run("job", "ru").err()).contains("run0", "and more");
  }

  @Test
  void whatIsNoJobFileIsToldInWords() throws Exception {
    Files.createDirectory(folder.resolve("jobs"));
    Files.writeString(folder.resolve("empty.yaml"), "");
    Files.write(folder.resolve("packed.yaml"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
    Files.write(folder.resolve("utf16.yaml"), "kind: training".getBytes(StandardCharsets.UTF_16LE));

    assertThat(submit(folder.resolve("jobs")).err()).contains("is a folder");
    assertThat(submit(folder.resolve("empty.yaml")).err()).contains("job file is empty");
    assertThat(submit(folder.resolve("packed.yaml")).err()).contains("compressed with gzip");
    assertThat(submit(folder.resolve("utf16.yaml")).err()).contains("iconv -f UTF-16LE");
    assertThat(submit(Path.of("/dev/zero")).err()).contains("not a job file");
  }

  @Test
  void aNameThatNoFileCanHaveIsToldWithItsPlace() throws Exception {
    for (var name : List.of("a\\u0000b.csv", "a\\uD800b.csv")) {
      var job = jobText().replace(Samples.DATASET, name).replace("\"artifact\"", "\"file\"");

      var run = submit(write(job), "--json");
      assertThat(run.code()).as(name).isEqualTo(2);
      assertThat(run.json().path("problems").path(0).path("where").asText())
          .isEqualTo("dataset.file");
      assertThat(run.err()).doesNotContain("Exception", "\tat ");
    }
  }

  @Test
  void whoStopsWaitingIsToldThatTheJobGoesOn() {
    cluster.view.put(Samples.state("slow", JobStatus.RUNNING, 1));

    assertThat(run("job", "slow", "--wait", "--timeout", "1s").err())
        .contains("job slow goes on", "sluice job slow --wait");
  }

  @Test
  void aJobFileInAnotherEncodingIsToldWhere() throws Exception {
    var job = folder.resolve("latin1.yaml");
    Files.write(job, "kind: training\nname: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

    var run = submit(job);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("line 2, byte 10", "not UTF-8 text: byte 0xE9", "Save it as UTF-8");
  }

  @Test
  void resultsAreSavedUnderTheirNameOnlyWhenComplete() throws Exception {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a", "b", "c"), 3);
    cluster.results.add(Samples.batch("i", 0));
    cluster.results.add(Samples.batch("i", 2));
    cluster.view.put(
        new ManifestChunk(
            "i", 0, List.of(new ResultRange(0, 0, 9, 0, 4, "", "attempt-1")), Measured.NOTHING));
    cluster.view.put(
        Samples.state(
            "i",
            "",
            Samples.job(Samples.inference()),
            JobStatus.SUCCEEDED,
            1,
            null,
            Samples.inferenceDone(facts),
            null));
    cluster.view.put(Samples.state("running", JobStatus.RUNNING, 1));
    var file = folder.resolve("results.csv");

    assertThat(run("results", "i", "--output", file.toString()).code()).isZero();
    assertThat(Files.readAllLines(file)).hasSize(5);

    var other = folder.resolve("other.csv");
    assertThat(run("results", "running", "-o", other.toString()).code()).isEqualTo(2);
    assertThat(folder)
        .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("other"));
  }

  @Test
  void lanesFleetModelsAndLagAreTables() {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a"), 1);
    cluster.view.put(new Lane("cpu", "host-cpu", 0, 4));
    cluster.view.put(new ModelEntry("digits", 1, Map.of("production", 1)));
    cluster.view.put(Samples.model(1, facts));
    cluster.view.fleet().put(Samples.heartbeat("w1", "cpu", 1, 5, 1), FakeCluster.NOW_MS);

    assertThat(run("lanes").out()).contains("LANE", "cpu", "0..4");
    assertThat(run("fleet").out()).contains("WORKER", "w1", "busy");
    assertThat(run("models").out()).contains("digits@1", "production", "accuracy 0.9700");
    assertThat(run("lag").out()).contains("QUEUE", "WAITING");
    assertThat(run("lanes", "--json").out()).startsWith("{");
    assertThat(run("lag", "--json").out()).startsWith("{");
  }

  private Path jobFile() throws IOException {
    return write(jobText());
  }

  private static String jobText() {
    return JobJson.of(Samples.job(Samples.training())).toString();
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("job.json"), text);
  }

  private Run submit(Path job, String... options) {
    var all = new ArrayList<>(List.of("submit", job.toString()));
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  private Run run(String... arguments) {
    var line = new CommandLine(new Root());
    ClientCommands.ALL.forEach(line::addSubcommand);
    var out = new StringWriter();
    var err = new StringWriter();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    var all = new ArrayList<>(List.of(arguments));
    if (!all.contains("--server") && !all.contains("--help")) {
      all.addAll(List.of("--server", cluster.uri().toString()));
    }
    int code = line.execute(all.toArray(String[]::new));
    return new Run(code, out.toString(), err.toString());
  }
}
