package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.Problem;
import dev.sluice.schemas.wire.JobStatus;
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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for all paths: methods, heads, query parameters. */
class RoutesTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static final List<String> READABLE =
      List.of(
          "/v1/jobs",
          "/v1/jobs/t",
          "/v1/lanes",
          "/v1/models",
          "/v1/dead-letters",
          "/v1/fleet",
          "/v1/lag",
          "/v1/lag/history",
          "/v1/health",
          "/metrics",
          "/");

  private final FakeCluster cluster = new FakeCluster();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    cluster.close();
  }

  @Test
  void aMethodThatDoesNotFitIsToldWhichDo() throws Exception {
    var methods =
        Map.of(
            "/v1/jobs",
            "POST, GET, HEAD, OPTIONS",
            "/v1/jobs/a",
            "GET, HEAD, OPTIONS",
            "/v1/jobs/a/cancel",
            "POST, OPTIONS",
            "/v1/lanes/cpu",
            "GET, PUT, HEAD, OPTIONS",
            "/v1/models/m/aliases/x",
            "PUT, DELETE, OPTIONS",
            "/v1/artifacts",
            "PUT, OPTIONS",
            "/v1/artifacts/" + Samples.DATASET,
            "GET, HEAD, DELETE, OPTIONS",
            "/",
            "GET, HEAD, OPTIONS");
    for (var known : methods.entrySet()) {
      var refused = send("PATCH", known.getKey());
      assertThat(refused.statusCode()).as(known.getKey()).isEqualTo(405);
      assertThat(refused.headers().firstValue("Allow")).contains(known.getValue());
      var cause = problem(refused).problems().getFirst();
      assertThat(cause.what()).contains("PATCH", known.getKey());
      assertThat(cause.why()).contains(known.getValue());
      assertThat(cause.mend()).isNotBlank();

      var asked = send("OPTIONS", known.getKey());
      assertThat(asked.statusCode()).isEqualTo(204);
      assertThat(asked.headers().firstValue("Allow")).contains(known.getValue());
    }
  }

  @Test
  void aBodyThatNoMethodTakesIsNotRead() throws Exception {
    var large = request("/v1/fleet").POST(BodyPublishers.ofByteArray(new byte[200_000])).build();
    assertThat(http.send(large, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
  }

  @Test
  void headIsAnsweredWhereGetIsWithTheSameHeadersAndNoBody() throws Exception {
    cluster.view.put(Samples.state("t", JobStatus.RUNNING, 1));
    for (var path : READABLE) {
      var get = send("GET", path);
      var head = send("HEAD", path);
      assertThat(head.statusCode()).as(path).isEqualTo(get.statusCode()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      for (var header : List.of("Content-Type", "Content-Security-Policy")) {
        assertThat(head.headers().firstValue(header)).isEqualTo(get.headers().firstValue(header));
      }
      if (!path.equals("/metrics")) { // which counts the requests between
        assertThat(head.headers().firstValue("Content-Length"))
            .isEqualTo(get.headers().firstValue("Content-Length"))
            .isNotEmpty();
      }
    }
    assertThat(send("HEAD", "/v1/jobs/nobody").statusCode()).isEqualTo(404);
  }

  @Test
  void aHeadIsTheWholeAnswer() throws Exception {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
    for (var path : List.of("/v1/jobs", "/v1/artifacts/" + Samples.DATASET, "/nothing")) {
      // Two on one connection: a body after the first would be taken for the second's head.
      var both = "HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n";
      var answers = raw(both + "\r\n" + both + "Connection: close\r\n\r\n");
      assertThat(answers.split("\r\n\r\n"))
          .as(path)
          .hasSize(2)
          .allSatisfy(head -> assertThat(head).startsWith("HTTP/1.1 "));
    }
  }

  @Test
  void aQueryParameterThatNobodyReadsIsRefused() throws Exception {
    for (var path : READABLE) {
      var told = problem(send("GET", path + "?colour=red"));
      assertThat(told.status()).as(path).isEqualTo(400);
      assertThat(told.detail()).contains("'colour'");
    }
    var misspelt = problem(send("GET", "/v1/jobs?stauts=failed&limit=1&limit=2"));
    assertThat(misspelt.detail())
        .contains("'stauts'", "Did you mean 'status'?", "status, prefix, limit, after, include");
    assertThat(misspelt.problems()).extracting(p -> p.what()).anyMatch(w -> w.contains("2 times"));
    assertThat(problem(send("POST", "/v1/jobs?limit=1")).detail()).contains("takes none");
    assertThat(problem(send("POST", "/v1/jobs/t/cancel?why=x")).detail()).contains("reason");
    assertThat(problem(send("GET", "/v1/jobs?LIMIT=1")).detail()).contains("Did you mean 'limit'?");
  }

  @Test
  void aPathThatIsMisspeltIsToldWhichIsNear() throws Exception {
    assertThat(problem(send("GET", "/v1/job")).detail()).contains("'/v1/jobs'");
    assertThat(problem(send("GET", "/v1/heatlh")).detail()).contains("'/v1/health'");
  }

  @Test
  void aListHasLossesAndVerdictsOnlyWhereTheyAreAskedFor() throws Exception {
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

    var brief = json(send("GET", "/v1/jobs")).path("jobs").path(0);
    assertThat(brief.has("verdicts") || brief.has("spec")).isFalse();
    assertThat(brief.path("training").path("loss").asDouble()).isEqualTo(0.25);
    assertThat(brief.path("training").has("lossCurve")).isFalse();

    var both = json(send("GET", "/v1/jobs?include=lossCurve,verdicts")).path("jobs").path(0);
    assertThat(both.path("verdicts").isArray()).isTrue();
    assertThat(both.path("training").path("lossCurve").isArray()).isTrue();
    assertThat(json(send("GET", "/v1/jobs/t")).path("training").has("lossCurve")).isTrue();

    assertThat(problem(send("GET", "/v1/jobs?include=losses")).detail())
        .contains("'losses'", "lossCurve, verdicts, spec");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(cluster.uri().resolve(path)).timeout(SOON);
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    var request = request(path).method(method, BodyPublishers.noBody()).build();
    return http.send(request, BodyHandlers.ofString());
  }

  private String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), cluster.uri().getPort())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    assertThat(response.statusCode()).isEqualTo(200);
    return ApiJson.MAPPER.readTree(response.body());
  }

  private static Problem problem(HttpResponse<String> response) throws IOException {
    return ApiJson.MAPPER.readValue(response.body(), Problem.class);
  }
}
