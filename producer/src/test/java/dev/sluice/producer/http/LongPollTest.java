package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.schemas.wire.JobStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits for a job is told when there is news, and holds up nobody meanwhile. */
@Timeout(50)
class LongPollTest {

  // Two requests at work at a time: those that wait must not be among them.
  private final FakeCluster cluster = new FakeCluster(new HttpLimits(2, 10_000, 100_000, 1, 1));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    cluster.close();
  }

  @Test
  void whoWaitsForTheOutcomeIsToldOnceItIsThere() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    var outcome = later("/v1/jobs/a?wait=60s&until=final");
    untilWaiting(1);
    var another = later("/v1/jobs/a?wait=60s&until=final");
    untilWaiting(2);
    cluster.view.put(Samples.state("a", JobStatus.EXPORTING, 1));
    assertThat(get("/v1/jobs/a").statusCode()).as("others are answered").isEqualTo(200);

    cluster.view.put(Samples.state("a", JobStatus.SUCCEEDED, 1));

    var job = json(outcome.get());
    assertThat(job.path("status").asText()).isEqualTo("succeeded");
    assertThat(json(another.get()).path("status").asText()).isEqualTo("succeeded");
    assertThat(job.has("spec")).as("it is small").isFalse();
    assertThat(job.path("verdicts").isMissingNode() || job.path("verdicts").isNull()).isTrue();
  }

  @Test
  void whatTheAskerDoesNotKnowIsAnsweredAtOnce() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    long known = json(get("/v1/jobs/a")).path("updatedMs").asLong();

    assertThat(get("/v1/jobs/a?wait=60s&since=" + (known - 1)).statusCode()).isEqualTo(200);
    assertThat(json(get("/v1/jobs/a?wait=10ms&since=" + known)).path("status").asText())
        .as("nothing has changed")
        .isEqualTo("running");
    assertThat(json(get("/v1/jobs/a?wait=10ms&include=spec")).has("spec")).isTrue();
    cluster.view.put(Samples.state("b", JobStatus.FAILED, 1));
    assertThat(get("/v1/jobs/b?wait=60s").statusCode()).as("final").isEqualTo(200);
    assertThat(get("/v1/jobs/c?wait=60s").statusCode()).isEqualTo(404);
  }

  @Test
  void whoWaitsWhenTheProducerStopsIsToldWhatIsSoNow() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    var outcome = later("/v1/jobs/a?wait=60s&until=final");
    untilWaiting(1);

    cluster.close();

    assertThat(json(outcome.get()).path("status").asText()).isEqualTo("running");
  }

  @Test
  void theClientWaitsWithoutAskingAgain() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    try (var client = new SluiceClient(cluster.uri())) {
      var outcome =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.await("a", Duration.ofSeconds(40));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      cluster.view.put(Samples.state("a", JobStatus.SUCCEEDED, 1));
      assertThat(outcome.get().status()).isEqualTo("succeeded");
    }
  }

  @Test
  void aWaitThatIsNotUnderstoodIsRefused() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    for (var query :
        List.of(
            "wait=61s", "wait=1h", "wait=", "wait=1s&until=then", "wait=1s&since=x", "since=1")) {
      assertThat(get("/v1/jobs/a?" + query).statusCode()).as(query).isEqualTo(400);
    }
  }

  private void untilWaiting(int requests) throws InterruptedException {
    var never = new CountDownLatch(1);
    while (cluster.view.jobs().waiting() < requests) {
      var _ = never.await(5, TimeUnit.MILLISECONDS);
    }
  }

  private CompletableFuture<HttpResponse<String>> later(String path) {
    return http.sendAsync(request(path), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    while (true) {
      var answer = http.send(request(path), BodyHandlers.ofString());
      if (answer.statusCode() != 503) { // the answer before is out, and its permit not back yet
        return answer;
      }
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(cluster.uri() + path)).build();
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return ApiJson.MAPPER.readTree(answer.body());
  }
}
