package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.spec.JobJson;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A producer that is told to stop. */
@Timeout(60)
class HttpStopTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void whoIsBeingAnsweredGetsTheAnswerAndNobodyElseIsLetIn() throws Exception {
    var cluster = new FakeCluster();
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
    var decides = cluster.log.ledger;
    var asked = new CountDownLatch(1);
    var answers = new CountDownLatch(1);
    cluster.log.ledger =
        event -> {
          asked.countDown();
          await(answers);
          decides.accept(event);
        };
    try (var http = HttpClient.newHttpClient()) {
      var response =
          http.sendAsync(submission(cluster.uri()), HttpResponse.BodyHandlers.ofString());
      await(asked);

      var stopping = Thread.ofPlatform().start(cluster::close);
      while (listens(cluster.uri())) {
        Thread.onSpinWait();
      }
      assertThat(response).isNotDone();
      answers.countDown();

      assertThat(response.get(SOON.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(202);
      assertThat(stopping.join(SOON)).isTrue();
    }
  }

  private static HttpRequest submission(URI uri) {
    var job = JobJson.of(Samples.job(Samples.training())).toString();
    return HttpRequest.newBuilder(uri.resolve("/v1/jobs"))
        .timeout(SOON)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(job))
        .build();
  }

  private static boolean listens(URI uri) {
    try (var connection = new Socket(uri.getHost(), uri.getPort())) {
      return connection.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
