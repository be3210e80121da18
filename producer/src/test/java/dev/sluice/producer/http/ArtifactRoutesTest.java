package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.spec.JobJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What uploads and downloads take up, and that they give it back however they end. */
class ArtifactRoutesTest {

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
  void anUploadThatBreaksOffLeavesRoomForTheNextAndNoFile() throws Exception {
    try (var small = new FakeCluster(new HttpLimits(8, 10_000, 100_000, 1, 1))) {
      try (var socket = halfAnUpload(small)) {
        await(() -> upload(small) == 503);
        assertThat(socket.isConnected()).isTrue();
      }

      await(() -> upload(small) == 201);
      await(() -> small.uploads().isEmpty());
    }
  }

  @Test
  void anUploadForWhichThereIsNoRoomLeavesNoFile() throws Exception {
    try (var small = new FakeCluster(new HttpLimits(1, 10_000, 100_000, 1, 1))) {
      small.artifacts.files.put(Samples.DATASET, new byte[] {1});
      var hold = new CompletableFuture<Void>();
      small.log.ledger = event -> hold.join();
      var waiting = http.sendAsync(submission(small), BodyHandlers.ofString());
      await(() -> !small.log.events.isEmpty());

      assertThat(upload(small)).isEqualTo(503);
      await(() -> small.uploads().isEmpty());

      hold.complete(null);
      assertThat(waiting.get().statusCode()).isEqualTo(504);
    }
  }

  @Test
  void stoppingInTheMiddleOfAnUploadLeavesNoFile() throws Exception {
    try (var socket = halfAnUpload(cluster)) {
      await(() -> !cluster.uploads().isEmpty());
      assertThat(socket.isConnected()).isTrue();
      cluster.close();

      assertThat(cluster.temporary).doesNotExist();
    }
  }

  @Test
  void filesAreGivenToSoManyReadersAtATime() throws Exception {
    try (var small = new FakeCluster(new HttpLimits(8, 10_000, 100_000, 1, 1))) {
      // More than the buffers of a connection hold, so that a reader who stands still is seen.
      small.artifacts.files.put(Samples.DATASET, new byte[64 * 1024 * 1024]);
      var path = "/v1/artifacts/" + Samples.DATASET;
      var whole = HttpRequest.newBuilder(small.uri().resolve(path)).timeout(SOON).build();
      try (var idle = new Socket(InetAddress.getLoopbackAddress(), small.uri().getPort())) {
        write(idle, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(idle.getInputStream().read()).isEqualTo('H');

        var refused = http.send(whole, BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
      }

      await(() -> http.send(whole, BodyHandlers.discarding()).statusCode() == 200);
      assertThat(http.send(whole, BodyHandlers.ofByteArray()).body()).hasSize(64 * 1024 * 1024);
    }
  }

  @Test
  void aFileThatIsNotWhatItsDigestSaysIsCutOffAndNotEnded() {
    cluster.artifacts.files.put(Samples.DATASET, new byte[1024 * 1024]);
    cluster.artifacts.broken = true;
    var path = cluster.uri().resolve("/v1/artifacts/" + Samples.DATASET);
    var request = HttpRequest.newBuilder(path).timeout(SOON).build();

    assertThatThrownBy(() -> http.send(request, BodyHandlers.discarding()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void filesOnTheirWayInAndOutShareTheMemory() throws Exception {
    try (var small = new FakeCluster(new HttpLimits(8, 10_000, 100_000, 4, 1))) {
      small.artifacts.files.put(Samples.DATASET, new byte[1]);
      var path = small.uri().resolve("/v1/artifacts/" + Samples.DATASET);
      try (var socket = halfAnUpload(small)) {
        await(() -> !small.uploads().isEmpty());
        assertThat(socket.isConnected()).isTrue();

        var refused =
            http.send(HttpRequest.newBuilder(path).timeout(SOON).build(), BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("urn:sluice:problem:busy", "12582912");
      }
    }
  }

  // --------------------------------------------------------------------------------------- helpers

  private static HttpRequest submission(FakeCluster to) {
    return HttpRequest.newBuilder(to.uri().resolve("/v1/jobs"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(TRAINING))
        .timeout(SOON)
        .build();
  }

  /** An upload of which the second half does not come. */
  private static Socket halfAnUpload(FakeCluster to) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), to.uri().getPort());
    write(
        socket,
        "PUT /v1/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nhalf");
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  private int upload(FakeCluster to) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(to.uri().resolve("/v1/artifacts"))
                .timeout(SOON)
                .PUT(BodyPublishers.ofString("a file"))
                .build(),
            BodyHandlers.ofString())
        .statusCode();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
    }
  }
}
