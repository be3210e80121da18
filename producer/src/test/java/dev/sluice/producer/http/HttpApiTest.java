package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.jobs.state.Job;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.lag.Queue;
import dev.sluice.producer.lag.QueueLag;
import dev.sluice.producer.letters.Letter;
import dev.sluice.producer.letters.LetterStore;
import dev.sluice.producer.results.Results;
import dev.sluice.producer.spec.JobJson;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultRange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpApiTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String TRAINING = JobJson.of(Samples.job(Samples.training())).toString();
  private static final String INFERENCE = JobJson.of(Samples.job(Samples.inference())).toString();

  private final FakeCluster cluster = new FakeCluster();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    cluster.close();
  }

  // -------------------------------------------------------------------------------- dead letters

  @Test
  void deadLettersAreListedCountedAndWrittenBack() throws Exception {
    cluster.deadLetters.letters.add(letter(7, DeadLetterReason.UNKNOWN_SCHEMA));
    cluster.deadLetters.letters.add(letter(8, DeadLetterReason.UNREADABLE));

    var page = json(get("/v1/dead-letters"));
    assertThat(page.path("deadLetters").findValuesAsText("id"))
        .containsExactly("sluice.jobs/2/8", "sluice.jobs/2/7");
    assertThat(page.path("deadLetters").findValues("redrivable").toString())
        .isEqualTo("[false, true]");
    assertThat(json(get("/v1/dead-letters?reason=unreadable")).path("deadLetters")).hasSize(1);
    assertThat(json(get("/v1/dead-letters?limit=1")).path("next").asText()).isEqualTo("8");
    assertThat(get("/metrics").body()).contains("sluice_dead_letters{reason=\"unknown-schema\"} 1");

    assertThat(redrive("{\"ids\": [\"sluice.jobs/2/8\"]}").path("leftOut")).hasSize(1);
    assertThat(redrive("{\"all\": true, \"reason\": \"unknown-schema\"}").path("redriven"))
        .hasSize(1);
    assertThat(cluster.deadLetters.redriven).containsExactly("sluice.jobs/2/7");
  }

  @Test
  void lettersWhoseSchemaNeverComesKeepNoneBehindThemFromBeingWrittenBack() throws Exception {
    for (int offset = 0; offset < LetterStore.REDRIVEN_MAX + 1; offset++) {
      var letter = letter(offset, DeadLetterReason.UNKNOWN_SCHEMA);
      cluster.deadLetters.letters.add(letter);
      cluster.deadLetters.stuck.add(letter.id());
    }
    cluster.deadLetters.letters.add(letter(5_000, DeadLetterReason.UNKNOWN_SCHEMA));

    var done = redrive("{\"all\": true}");
    assertThat(done.path("redriven")).hasSize(1);
    assertThat(done.path("leftOut")).hasSize(LetterStore.REDRIVEN_MAX + 1);
    assertThat(done.path("more").asBoolean()).isFalse();
  }

  @Test
  void aRedriveThatIsNotUnderstoodWritesNothingBack() throws Exception {
    cluster.deadLetters.letters.add(letter(7, DeadLetterReason.UNKNOWN_SCHEMA));
    for (var body :
        List.of(
            "",
            "[]",
            "{}",
            "{\"all\": false}",
            "{\"all\": true, \"reason\": \"rain\"}",
            "{\"all\": true, \"ids\": []}",
            "{\"ids\": \"sluice.jobs/2/7\"}",
            "{\"ids\": [7]}",
            "{\"ids\": [\"sluice.jobs/2/7\"], \"force\": true}")) {
      assertThat(postJson("/v1/dead-letters/redrive", body).statusCode()).as(body).isEqualTo(400);
    }
    assertThat(problem(get("/v1/dead-letters?reason=rain")).status()).isEqualTo(400);
    assertThat(cluster.deadLetters.redriven).isEmpty();
  }

  private JsonNode redrive(String body) throws Exception {
    return json(postJson("/v1/dead-letters/redrive", body));
  }

  private static Letter letter(long offset, DeadLetterReason reason) {
    var cause = Samples.cause("It can't be read.");
    return new Letter(
        offset, 1_000, "sluice.jobs", 2, offset, reason, cause, "", "k", 4, true, null);
  }

  // ------------------------------------------------------------------------------------------ jobs

  @Test
  void aJobIsAcceptedWithItsPlaceAndShownThere() throws Exception {
    storeDataset();

    var accepted = submit(TRAINING, "Idempotency-Key", "k1");

    assertThat(accepted.statusCode()).isEqualTo(202);
    var location = accepted.headers().firstValue("Location").orElseThrow();
    var shown = json(get(location));
    assertThat(shown.path("status").asText()).isEqualTo("preparing");
    assertThat(shown.path("kind").asText()).isEqualTo("training");
    assertThat(shown.path("spec").path("dataset").isObject()).isTrue();
  }

  @Test
  void theKeyMayBeQuotedAsTheDraftStandardHasIt() throws Exception {
    storeDataset();

    var bare = json(submit(TRAINING, "Idempotency-Key", "k1"));
    var quoted = json(submit(TRAINING, "Idempotency-Key", "\"k1\""));

    assertThat(quoted.path("jobId")).isEqualTo(bare.path("jobId"));
    assertThat(problem(submit(INFERENCE, "Idempotency-Key", "k1")).status()).isEqualTo(409);
  }

  @Test
  void everyProblemOfAJobIsListedWithPlaceAndRemedy() throws Exception {
    var problem =
        problem(
            submit(
                TRAINING
                    .replace("\"batch\":64", "\"batch\":0")
                    .replace("\"shards\":4", "\"shards\":3")));

    assertThat(problem.status()).isEqualTo(422);
    assertThat(problem.problems()).extracting(p -> p.where()).contains("batch", "shards");
    assertThat(problem.problems()).allSatisfy(p -> assertThat(p.what()).isNotBlank());
  }

  @Test
  void whatIsNoDocumentIsAProblemAndNotADefect() throws Exception {
    assertThat(problem(submit("{\"work\": [")).status()).isEqualTo(422);
    assertThat(problem(submit("")).status()).isEqualTo(422);
    assertThat(problem(submit("just text")).status()).isEqualTo(422);
  }

  @Test
  void nothingIsAcceptedWhileTopicsAreNotWhatTheyWereMadeAs() throws Exception {
    var cause = new Cause(Code.TOPIC_CHANGED, "sluice.jobs", "It has grown.", "", "Mend it.");
    cluster.unfit.add(cause);

    var refused = problem(submit(TRAINING));

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.problems()).extracting(p -> p.what()).containsExactly("It has grown.");
    assertThat(get("/v1/jobs").statusCode()).isEqualTo(200);
  }

  @Test
  void otherTypesOfBodiesAreRefused() throws Exception {
    var response =
        send(
            request("/v1/jobs")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("a=b")));

    assertThat(problem(response).status()).isEqualTo(415);
  }

  @Test
  void bodiesBeyondTheBoundAreRefused() throws Exception {
    assertThat(problem(submit(" ".repeat(20_000))).status()).isEqualTo(413);
  }

  @Test
  void jobsAreListedPageByPageWithCounts() throws Exception {
    for (int i = 0; i < 3; i++) {
      cluster.view.put(Samples.state("job-" + i, JobStatus.RUNNING, i));
    }

    var first = json(get("/v1/jobs?limit=2"));
    var second = json(get("/v1/jobs?limit=2&after=" + first.path("next").asText()));

    assertThat(first.path("jobs")).hasSize(2);
    assertThat(first.path("counts").path("running").asInt()).isEqualTo(3);
    assertThat(second.path("jobs").path(0).path("jobId").asText()).isEqualTo("job-0");
    assertThat(json(get("/v1/jobs?status=held")).path("jobs")).isEmpty();
  }

  @Test
  void badQueriesAndIdsAreToldWhatIsRight() throws Exception {
    assertThat(problem(get("/v1/jobs?limit=0")).detail()).contains("from 1 to");
    assertThat(problem(get("/v1/jobs?status=lost")).detail()).contains("succeeded");
    assertThat(problem(get("/v1/jobs?after=x")).status()).isEqualTo(400);
    assertThat(problem(get("/v1/jobs/a%20b")).status()).isEqualTo(400);
    assertThat(problem(get("/v1/jobs/nobody")).status()).isEqualTo(404);
  }

  @Test
  void aTrainingJobShowsHowFarItIs() throws Exception {
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

    var job = json(get("/v1/jobs/t"));

    assertThat(job.path("progress").path("fraction").asDouble()).isEqualTo(0.5);
    assertThat(job.path("training").path("epoch").asInt()).isEqualTo(2);
    assertThat(job.path("training").path("loss").asDouble()).isEqualTo(0.25);
    assertThat(job.path("training").path("samplesPerSecond").asDouble()).isEqualTo(5 * 64);
  }

  @Test
  void aJobIsCancelled() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));

    var response = send(request("/v1/jobs/a/cancel").POST(BodyPublishers.noBody()));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).path("status").asText()).isEqualTo("cancelled");
  }

  // --------------------------------------------------------------------------------------- results

  @Test
  void resultsFollowTheManifestInRowOrder() throws Exception {
    finishedInference("i");

    var ndjson = get("/v1/jobs/i/results");

    assertThat(ndjson.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    assertThat(ndjson.body().lines().map(HttpApiTest::row).toList())
        .containsExactly(100L, 101L, 102L, 103L);
  }

  @Test
  void resultsAreCsvWhereThatIsAccepted() throws Exception {
    finishedInference("i");

    var csv = send(request("/v1/jobs/i/results").header("Accept", "text/csv").GET());

    assertThat(csv.body()).startsWith("row,prediction,label,probability\r\n100,a,a,");
  }

  @Test
  void thereAreNoResultsBeforeTheEndNorOfOtherEnds() throws Exception {
    var spec = Samples.job(Samples.inference());
    cluster.view.put(Samples.state("r", "", spec, JobStatus.RUNNING, 1, null, null, null));
    cluster.view.put(Samples.state("f", "", spec, JobStatus.FAILED, 1, null, null, null));
    cluster.view.put(Samples.state("t", JobStatus.SUCCEEDED, 1));

    assertThat(problem(get("/v1/jobs/r/results")).status()).isEqualTo(409);
    assertThat(problem(get("/v1/jobs/f/results")).status()).isEqualTo(409);
    assertThat(problem(get("/v1/jobs/t/results")).detail()).contains("training");
  }

  @Test
  void resultsThatCannotBeReadSayWhy() throws Exception {
    finishedInference("i");

    cluster.resultsBroken = Results.ResultsBroken.Reason.EXPIRED;
    assertThat(problem(get("/v1/jobs/i/results")).status()).isEqualTo(410);
    cluster.resultsBroken = Results.ResultsBroken.Reason.CORRUPT;
    assertThat(problem(get("/v1/jobs/i/results")).status()).isEqualTo(500);
  }

  @Test
  void aStreamThatBreaksInTheMiddleIsNotTakenForComplete() {
    finishedInference("i");
    for (int i = 0; i < 5_000; i++) {
      cluster.results.add(Samples.batch("i", 0));
    }
    // Several buffers have left by then, and the status with them.
    cluster.resultsBroken = Results.ResultsBroken.Reason.CORRUPT;
    cluster.resultsBrokenAfter = 4_000;

    assertThatThrownBy(() -> get("/v1/jobs/i/results")).isInstanceOf(IOException.class);
  }

  // ------------------------------------------------------------------------- lanes, models, files

  @Test
  void aLaneIsDeclaredOnceItsTopicsAreMade() throws Exception {
    var created = putJson("/v1/lanes/cpu", "{\"accelerator\": \"host-cpu\", \"workersMax\": 4}");

    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(cluster.lanesMade).containsExactly("cpu");
    assertThat(cluster.view.lane("cpu")).contains(new Lane("cpu", "host-cpu", 0, 4));
    assertThat(json(get("/v1/lanes")).path("lanes")).hasSize(1);
    assertThat(json(get("/v1/lanes/cpu")).path("accelerator").asText()).isEqualTo("host-cpu");
  }

  @Test
  void everyProblemOfALaneIsListed() throws Exception {
    var problem =
        problem(
            putJson(
                "/v1/lanes/cpu",
                "{\"accelerator\": \"abacus\", \"workersMin\": -1, \"color\": \"red\"}"));

    assertThat(problem.problems())
        .extracting(p -> p.where())
        .containsExactlyInAnyOrder("accelerator", "workersMin", "color");
    assertThat(problem(putJson("/v1/lanes/Not_A_Lane", "{}")).status()).isEqualTo(400);
    assertThat(cluster.lanesMade).isEmpty();
  }

  @Test
  void anAliasPointsAtAVersion() throws Exception {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a"), 1);
    cluster.view.put(Samples.model(1, facts));

    var set = putJson("/v1/models/digits/aliases/production", "{\"version\": 1}");
    assertThat(json(set).path("aliases").path("production").asInt()).isEqualTo(1);

    var removed = send(request("/v1/models/digits/aliases/production").DELETE());
    assertThat(json(removed).path("aliases")).isEmpty();

    assertThat(problem(putJson("/v1/models/digits/aliases/x", "{\"version\": 2}")).status())
        .isEqualTo(422);
    assertThat(problem(putJson("/v1/models/digits/aliases/latest", "{\"version\": 1}")).status())
        .isEqualTo(400);
    assertThat(problem(get("/v1/models/unknown")).status()).isEqualTo(404);
  }

  @Test
  void aDeletedVersionIsGoneAndTheOthersStay() throws Exception {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a"), 1);
    for (int version = 1; version <= 3; version++) {
      cluster.view.put(Samples.model(version, facts));
    }
    assertThat(problem(delete("/v1/models/digits/versions/4")).status()).isEqualTo(404);
    assertThat(problem(delete("/v1/models/digits/versions/latest")).status()).isEqualTo(400);
    assertThat(problem(delete("/v1/models/unknown")).status()).isEqualTo(404);

    var left = json(delete("/v1/models/digits/versions/3"));
    assertThat(left.path("latest").asInt()).isEqualTo(2);
    assertThat(left.path("versions")).hasSize(2);

    assertThat(json(delete("/v1/models/digits")).path("versions")).isEmpty();
    assertThat(problem(get("/v1/models/digits")).status()).isEqualTo(404);
    assertThat(json(get("/v1/models")).path("models")).isEmpty();
  }

  private static final String OTHER = Digests.sha256(new byte[] {2});

  @Test
  void aFileIsDeletedOnlyWhereNothingUsesIt() throws Exception {
    for (var digest : List.of(Samples.DATASET, OTHER)) {
      cluster.artifacts.files.put(digest, new byte[] {1});
    }
    cluster.view.put(Samples.state("job-1", JobStatus.RUNNING, 1));
    var used = problem(delete("/v1/artifacts/" + Samples.DATASET));
    assertThat(used.status()).isEqualTo(409);
    assertThat(used.code()).isEqualTo("in-use");
    assertThat(used.detail()).contains("job job-1");

    var going = delete("/v1/artifacts/" + OTHER);
    assertThat(going.statusCode()).isEqualTo(202);
    assertThat(json(going).path("goesMs").asLong()).isEqualTo(FakeCluster.NOW_MS + 1_000);
    assertThat(cluster.artifacts.announced).containsExactly(OTHER);

    cluster.view.put(Samples.state("job-1", JobStatus.SUCCEEDED, 1));
    assertThat(delete("/v1/artifacts/" + Samples.DATASET).statusCode()).isEqualTo(202);
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a"), 1);
    cluster.view.put(Samples.model(1, facts));
    assertThat(problem(delete("/v1/artifacts/" + Samples.DATASET)).detail())
        .contains("model digits@1");
    assertThat(problem(delete("/v1/artifacts/" + "sha256:" + "9".repeat(64))).status())
        .isEqualTo(404);
  }

  private HttpResponse<String> delete(String path) throws Exception {
    return send(request(path).DELETE());
  }

  @Test
  void aFileIsStoredAndReadBackByItsDigest() throws Exception {
    var bytes = "some file".repeat(1_000).getBytes(StandardCharsets.UTF_8);

    var stored = send(request("/v1/artifacts").PUT(BodyPublishers.ofByteArray(bytes)));

    var digest = json(stored).path("artifact").asText();
    assertThat(stored.statusCode()).isEqualTo(201);
    assertThat(digest).isEqualTo(Digests.sha256(bytes));
    assertThat(get("/v1/artifacts/" + digest).body()).startsWith("some file");
    var head = request("/v1/artifacts/" + digest).method("HEAD", BodyPublishers.noBody());
    assertThat(send(head).statusCode()).isEqualTo(200);
    assertThat(problem(get("/v1/artifacts/" + Samples.DATASET)).status()).isEqualTo(404);
    assertThat(problem(get("/v1/artifacts/secret")).status()).isEqualTo(400);
  }

  @Test
  void aFileBeyondTheBoundIsRefusedAnnouncedOrNot() throws Exception {
    var large = new byte[200_000];

    var announced = send(request("/v1/artifacts").PUT(BodyPublishers.ofByteArray(large)));
    assertThat(problem(announced).status()).isEqualTo(413);

    var streamed =
        send(
            request("/v1/artifacts")
                .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));
    assertThat(problem(streamed).status()).isEqualTo(413);
    assertThat(cluster.artifacts.files).isEmpty();
  }

  // ------------------------------------------------------------------------------------- operation

  @Test
  void unknownPathsAndMethodsAreProblemsToo() throws Exception {
    assertThat(problem(get("/v1/nothing")).status()).isEqualTo(404);
    assertThat(problem(send(request("/v1/jobs").DELETE())).status()).isEqualTo(405);
  }

  @Test
  void pagesOfOtherOriginsAreNotServed() throws Exception {
    var foreign =
        send(
            request("/v1/jobs/a/cancel")
                .header("Origin", "http://evil.example")
                .POST(BodyPublishers.noBody()));
    var own = send(request("/v1/jobs").header("Origin", cluster.uri().toString()).GET());

    assertThat(problem(foreign).status()).isEqualTo(403);
    assertThat(own.statusCode()).isEqualTo(200);
  }

  @Test
  void aNameThatWasMadeToResolveHereIsNotServed() throws Exception {
    var answer = raw("GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 403 ");
  }

  @Test
  void healthGivesReasons() throws Exception {
    assertThat(json(get("/v1/health")).path("ready").asBoolean()).isTrue();

    cluster.troubles.add("The ledger is silent.");
    var response = get("/v1/health");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(json(response).path("reasons").path(0).asText()).isEqualTo("The ledger is silent.");
    assertThat(json(response).path("live").asBoolean()).isTrue();
  }

  @Test
  void theFleetShowsWhoFellSilent() throws Exception {
    cluster.view.fleet().put(Samples.heartbeat("w1", "cpu", 1, 5, 1), FakeCluster.NOW_MS - 1_000);
    cluster.view.fleet().put(Samples.heartbeat("w2", "cpu", 0, 5, 1), FakeCluster.NOW_MS - 20_000);

    var workers = json(get("/v1/fleet")).path("workers");

    assertThat(workers).hasSize(2);
    assertThat(workers.path(0).path("silent").asBoolean()).isFalse();
    assertThat(workers.path(1).path("silent").asBoolean()).isTrue();
  }

  @Test
  void agesAreToldByTheBrokersClock() throws Exception {
    long clockOfAnother = 4_102_444_800_000L;
    var says = Samples.heartbeat("w1", "cpu", 1, 5, clockOfAnother, 60_000);
    cluster.view.fleet().put(says, FakeCluster.NOW_MS - 400);

    var worker = json(get("/v1/fleet")).path("workers").path(0);

    assertThat(worker.path("upMs").asLong()).isEqualTo(60_400);
    assertThat(worker.path("startedMs").asLong()).isEqualTo(FakeCluster.NOW_MS - 60_400);
    assertThat(json(get("/v1/jobs")).path("nowMs").asLong()).isEqualTo(FakeCluster.NOW_MS);
  }

  @Test
  void whatWaitedOfLateIsGivenForCurves() throws Exception {
    var recent = List.of(new QueueLag.Sample(1_000, 4), new QueueLag.Sample(2_000, 0));
    cluster.lag =
        new LagReport(
            2_000,
            List.of(new QueueLag(Queue.lane("cpu"), 0, 0, null, 0, 0, 0.0, 4, List.of(), recent)));

    var curves = json(get("/v1/lag/history")).path("queues");

    assertThat(curves.path(0).path("name").asText()).isEqualTo("cpu");
    assertThat(curves.path(0).path("samples").toString()).isEqualTo("[[1000,4],[2000,0]]");
    assertThat(json(get("/v1/lag")).path("lanes").path(0).has("recent")).isFalse();
  }

  @Test
  void metricsAreInPrometheusFormat() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    get("/v1/jobs");

    var page = get("/metrics").body();

    assertThat(page)
        .contains("# TYPE sluice_jobs gauge\n")
        .contains("sluice_jobs{status=\"running\"} 1\n")
        .contains("sluice_http_requests_total{method=\"GET\",status=\"200\"} 1\n")
        .contains("sluice_ready 1\n");
  }

  @Test
  void theDashboardNeedsNothingFromElsewhere() throws Exception {
    var page = get("/").body();

    assertThat(page).startsWith("<!doctype html>");
    assertThat(page).doesNotContain("https://").doesNotContain("src=\"http");
  }

  @Test
  void oneRequestTooManyIsToldToComeAgain() throws Exception {
    try (var small = new FakeCluster(new HttpLimits(1, 10_000, 100_000, 1, 1))) {
      small.artifacts.files.put(Samples.DATASET, new byte[] {1});
      small.log.silenceLedger();
      var waiting = http.sendAsync(submission(small), BodyHandlers.ofString());
      await(() -> !small.log.events.isEmpty());

      var busy =
          http.send(
              HttpRequest.newBuilder(small.uri().resolve("/v1/jobs")).timeout(SOON).build(),
              BodyHandlers.ofString());

      assertThat(problem(busy).status()).isEqualTo(503);
      assertThat(busy.headers().firstValue("Retry-After")).contains("1");
      assertThat(waiting.get().statusCode()).isEqualTo(504);
    }
  }

  // --------------------------------------------------------------------------------------- helpers

  private void storeDataset() {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
  }

  private void finishedInference(String jobId) {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a", "b", "c"), 3);
    Job state =
        Samples.state(
            jobId,
            "",
            Samples.job(Samples.inference()),
            JobStatus.SUCCEEDED,
            1,
            null,
            Samples.inferenceDone(facts),
            null);
    cluster.results.add(Samples.batch(jobId, 2));
    cluster.results.add(Samples.batch(jobId, 0));
    cluster.view.put(
        new ManifestChunk(
            jobId,
            0,
            List.of(
                new ResultRange(0, 5, 5, 0, 2, "", "attempt-1"),
                new ResultRange(0, 1, 1, 2, 4, "", "attempt-1")),
            Measured.NOTHING));
    cluster.view.put(state);
  }

  private static HttpRequest submission(FakeCluster to) {
    return HttpRequest.newBuilder(to.uri().resolve("/v1/jobs"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(TRAINING))
        .timeout(SOON)
        .build();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
    }
  }

  private String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), cluster.uri().getPort())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static long row(String line) {
    try {
      return ApiJson.MAPPER.readTree(line).path("row").asLong();
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(cluster.uri().resolve(path)).timeout(SOON);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void formsOfSeveralPartsAreNotTakenWhateverTheirForm() throws Exception {
    for (var request :
        List.of(
            request("/v1/jobs").POST(BodyPublishers.ofString("no parts")),
            request("/v1/lag").PUT(BodyPublishers.noBody()),
            request("/v1/jobs").GET())) {
      var response = send(request.header("Content-Type", "Multipart/form-data; boundary="));
      assertThat(problem(response).status()).isEqualTo(415);
    }
  }

  @Test
  void textThatIsNotUtf8IsRefusedAtEveryDoor() throws Exception {
    byte[] latin1 = "{\"name\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    for (var request :
        List.of(
            request("/v1/jobs").POST(BodyPublishers.ofByteArray(latin1)),
            request("/v1/lanes/cpu").PUT(BodyPublishers.ofByteArray(latin1)),
            request("/v1/models/m/aliases/a").PUT(BodyPublishers.ofByteArray(latin1)))) {
      var told = problem(send(request.header("Content-Type", "application/json")));
      assertThat(told.status()).isEqualTo(400);
      assertThat(told.detail()).contains("not UTF-8", "0xE9");
      assertThat(told.problems().getFirst().where()).isEqualTo("line 1, byte 14");
    }
    byte[] packed = {0x1f, (byte) 0x8b, 8, 0};
    assertThat(problem(send(request("/v1/jobs").POST(BodyPublishers.ofByteArray(packed)))).detail())
        .contains("compressed with gzip");
    assertThat(
            raw(
                String.join(
                    "\r\n",
                    "GET /v1/jobs?prefix=caf%E9 HTTP/1.1",
                    "Host: localhost",
                    "Connection: close",
                    "",
                    "")))
        .startsWith("HTTP/1.1 400")
        .contains("escapes that are not UTF-8");
  }

  @Test
  void otherCharactersAndEncodingsAreNotTaken() throws Exception {
    storeDataset();
    for (var header :
        List.of(
            List.of("Content-Encoding", "gzip"),
            List.of("Content-Type", "application/json; charset=ISO-8859-1"))) {
      var request = request("/v1/jobs").POST(BodyPublishers.ofString(TRAINING));
      var told = problem(send(request.header(header.getFirst(), header.getLast())));
      assertThat(told.status()).as(header.getFirst()).isEqualTo(415);
    }
    var upload = request("/v1/artifacts").PUT(BodyPublishers.ofString("x"));
    assertThat(send(upload.header("Content-Encoding", "gzip")).statusCode()).isEqualTo(415);
    assertThat(
            send(request("/v1/jobs")
                    .header("Content-Type", "application/json; charset=\"UTF-8\"")
                    .POST(BodyPublishers.ofString("\ufeff" + TRAINING)))
                .statusCode())
        .isEqualTo(202);
  }

  @Test
  void whatIsNoHttpIsToldWhy() throws Exception {
    assertThat(raw("GET /v1/jobs HTTP/1.1\r\nHost: a b c\r\nX: \u0001\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("not well-formed", "Connection: close");
  }

  @Test
  void aQueryThatIsNotWellFormedIsToldSoWhateverTheBodyClaimsToBe() throws Exception {
    for (var type : List.of("application/x-www-form-urlencoded", "application/json")) {
      assertThat(
              raw(
                  "POST /v1/jobs?a=%zz HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                      + type
                      + "\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=b"))
          .startsWith("HTTP/1.1 400")
          .contains("The path or query is not well-formed");
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  private HttpResponse<String> putJson(String path, String body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> postJson(String path, String body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> submit(String document, String... headers)
      throws IOException, InterruptedException {
    var request =
        request("/v1/jobs")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(document));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    return ApiJson.MAPPER.readTree(response.body());
  }

  private static Problem problem(HttpResponse<String> response) throws IOException {
    assertThat(response.headers().firstValue("Content-Type")).contains(Problem.MEDIA_TYPE);
    var problem = ApiJson.MAPPER.readValue(response.body(), Problem.class);
    assertThat(problem.status()).isEqualTo(response.statusCode());
    assertThat(problem.type()).startsWith("urn:sluice:problem:");
    assertThat(problem.detail()).isNotBlank();
    return problem;
  }
}
