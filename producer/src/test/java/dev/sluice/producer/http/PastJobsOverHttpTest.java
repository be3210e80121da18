package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.jobs.state.Job;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.spec.JobJson;
import dev.sluice.producer.view.Manifest;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultRange;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A job that has left for the history is answered for as one that has not. */
class PastJobsOverHttpTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String TRAINING = JobJson.of(Samples.job(Samples.training())).toString();

  private final FakeCluster cluster = new FakeCluster();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    cluster.close();
  }

  @Test
  void aJobIsShownAsItEnded() throws Exception {
    var done = Samples.state("done", JobStatus.SUCCEEDED, 1);
    cluster.view.put(done);
    var before = json(get("/v1/jobs/done"));

    leave(done);

    assertThat(json(get("/v1/jobs/done"))).isEqualTo(before);
    assertThat(json(get("/v1/jobs/done?include=spec")).path("spec").isObject()).isTrue();
  }

  @Test
  void whoeverWaitsForTheEndOfAJobThatHasLeftIsAnsweredAtOnce() throws Exception {
    leave(Samples.state("done", JobStatus.FAILED, 1));

    var answer = get("/v1/jobs/done?wait=15s&until=final");

    assertThat(json(answer).path("status").asText()).isEqualTo("failed");
  }

  @Test
  void aJobThatTheHistoryHasLostIsGoneAndOneThatIsForgottenIsNotFound() throws Exception {
    leave(Samples.state("done", JobStatus.SUCCEEDED, 1));
    cluster.history.clear();
    for (var path : List.of("/v1/jobs/done", "/v1/jobs/done/results")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(410);
    }
    assertThat(json(get("/v1/jobs/done")).path("jobId").asText()).isEqualTo("done");

    cluster.view.remove("/ended/0/1");

    assertThat(get("/v1/jobs/done").statusCode()).isEqualTo(404);
  }

  @Test
  void aListHasJobsThatHaveLeftAndThoseThatHaveNotInOneOrder() throws Exception {
    cluster.view.put(Samples.state("b", JobStatus.RUNNING, 2));
    leave(Samples.state("a", JobStatus.SUCCEEDED, 1));
    leave(Samples.state("c", JobStatus.SUCCEEDED, 3));
    leave(Samples.state("d", JobStatus.FAILED, 4));

    var all = json(get("/v1/jobs"));
    assertThat(ids(all)).containsExactly("d", "c", "b", "a");
    assertThat(all.path("counts").path("succeeded").asInt()).isEqualTo(2);
    assertThat(ids(json(get("/v1/jobs?status=succeeded")))).containsExactly("c", "a");
    var first = json(get("/v1/jobs?limit=3"));
    assertThat(ids(json(get("/v1/jobs?limit=3&after=" + first.path("next").asText()))))
        .containsExactly("a");

    cluster.history.remove("c");
    assertThat(ids(json(get("/v1/jobs")))).as("it is lost").containsExactly("d", "b", "a");
  }

  @Test
  void resultsAreGivenByTheManifestOfTheHistory() throws Exception {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a", "b", "c"), 3);
    var done =
        Samples.state(
            "i",
            "",
            Samples.job(Samples.inference()),
            JobStatus.SUCCEEDED,
            1,
            null,
            Samples.inferenceDone(facts),
            null);
    cluster.results.add(Samples.batch("i", 2));
    cluster.results.add(Samples.batch("i", 0));
    var ranges =
        List.of(
            new ResultRange(0, 5, 5, 0, 2, "", "attempt-1"),
            new ResultRange(0, 1, 1, 2, 4, "", "attempt-1"));
    var manifest = Manifest.EMPTY.with(new ManifestChunk("i", 0, ranges, Measured.NOTHING));
    cluster.leave(done, manifest);

    var rows = get("/v1/jobs/i/results");

    assertThat(rows.statusCode()).isEqualTo(200);
    assertThat(rows.body().lines()).hasSize(4);
  }

  @Test
  void aJobThatHasLeftIsNotCancelledAndOneThatWasCancelledIsSoAgain() throws Exception {
    leave(Samples.state("done", JobStatus.SUCCEEDED, 1));
    leave(Samples.state("enough", JobStatus.CANCELLED, 1));

    assertThat(post("/v1/jobs/done/cancel").statusCode()).isEqualTo(409);
    assertThat(post("/v1/jobs/enough/cancel").statusCode()).isEqualTo(200);
    assertThat(cluster.log.events).isEmpty();
  }

  @Test
  void aRepeatWithItsKeyIsAnsweredWithTheJob() throws Exception {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
    var first = json(submit());
    var job = cluster.view.jobs().job(first.path("jobId").asText()).orElseThrow();
    var done =
        Samples.state(
            job.jobId(),
            job.bodyDigest(),
            job.spec(),
            JobStatus.SUCCEEDED,
            job.submittedMs(),
            null,
            null,
            null);
    leave(done);

    var again = submit();

    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(json(again).path("jobId")).isEqualTo(first.path("jobId"));
    assertThat(json(again).path("status").asText()).isEqualTo("succeeded");
    assertThat(cluster.log.events).hasSize(1);
  }

  private void leave(Job job) {
    cluster.leave(job, Manifest.EMPTY);
  }

  private static List<String> ids(JsonNode page) {
    return page.path("jobs").findValuesAsText("jobId");
  }

  private HttpResponse<String> submit() throws IOException, InterruptedException {
    return send(
        request("/v1/jobs")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "key")
            .POST(BodyPublishers.ofString(TRAINING)));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  private HttpResponse<String> post(String path) throws IOException, InterruptedException {
    return send(request(path).POST(BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(cluster.uri().resolve(path)).timeout(SOON);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return ApiJson.MAPPER.readTree(response.body());
  }
}
