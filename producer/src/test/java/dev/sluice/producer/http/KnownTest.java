package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.view.ReadingProgress;
import dev.sluice.schemas.wire.JobStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Until what is stored was read, nothing is said to be missing, and nothing is written. */
class KnownTest {

  private final FakeCluster cluster = new FakeCluster();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    cluster.close();
  }

  @Test
  void untilWhatIsStoredWasReadNothingIsSaidToBeMissing() throws Exception {
    cluster.view.put(Samples.state("a", JobStatus.RUNNING, 1));
    cluster.view.reading(new ReadingProgress(1_200, 5_000));

    for (var path :
        List.of(
            "/v1/jobs",
            "/v1/jobs/a",
            "/v1/jobs/b",
            "/v1/jobs/a/results",
            "/v1/lanes",
            "/v1/lanes/cpu",
            "/v1/models",
            "/v1/models/digits",
            "/v1/fleet",
            "/v1/lag",
            "/v1/lag/history")) {
      var answer = send(request(path));
      assertThat(answer.statusCode()).as(path).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).as(path).contains("1");
      assertThat(json(answer).path("type").asText()).isEqualTo("urn:sluice:problem:still-reading");
      assertThat(json(answer).path("detail").asText()).contains("1,200 of 5,000 records are read");
      assertThat(json(answer).path("reading").toString())
          .isEqualTo("{\"records\":1200,\"of\":5000}");
    }
    assertThat(send(request("/")).statusCode()).isEqualTo(200);
    assertThat(send(request("/v1/dead-letters")).statusCode()).isEqualTo(200);

    cluster.view.reading(null);
    assertThat(send(request("/v1/jobs/a")).statusCode()).isEqualTo(200);
    assertThat(send(request("/v1/jobs/b")).statusCode()).isEqualTo(404);
  }

  @Test
  void deadLettersAreListedOnceTheyWereRead() throws Exception {
    cluster.deadLetters.reading = new ReadingProgress(1, 2);
    var answer = send(request("/v1/dead-letters"));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).path("detail").asText()).contains("1 of 2 records are read");

    cluster.deadLetters.reading = null;
    assertThat(send(request("/v1/dead-letters")).statusCode()).isEqualTo(200);
  }

  @Test
  void untilWhatIsStoredWasReadNothingIsWritten() throws Exception {
    cluster.view.reading(new ReadingProgress(0, 5));
    var body = BodyPublishers.ofString("{}");

    for (var request :
        List.of(
            request("/v1/jobs").header("Content-Type", "application/json").POST(body),
            request("/v1/jobs/a/cancel").POST(BodyPublishers.noBody()),
            request("/v1/lanes/cpu").header("Content-Type", "application/json").PUT(body),
            request("/v1/models/m/aliases/a").DELETE())) {
      assertThat(send(request).statusCode()).isEqualTo(503);
    }
    assertThat(cluster.log.events).isEmpty();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(cluster.uri() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return ApiJson.MAPPER.readTree(answer.body());
  }
}
