package dev.sluice.producer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.view.ReadingProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls to a server that says what the test lets it say, and then keeps the line open. */
@Timeout(60)
class HttpCallsTest {

  private static final Duration STALL_MAX = Duration.ofMillis(200);
  private static final int TLS_RECORD_HEADER = 5;

  private final CountDownLatch over = new CountDownLatch(1);
  private final ServerSocket server;
  private final HttpCalls calls;
  private volatile String said = "";
  private volatile String saidNext = "";
  private volatile boolean hangsUp;
  private final List<Problem> waited = new CopyOnWriteArrayList<>();

  HttpCallsTest() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    calls =
        new HttpCalls(
            URI.create("http://127.0.0.1:" + server.getLocalPort()), STALL_MAX, waited::add);
  }

  @BeforeEach
  void open() {
    Thread.ofPlatform().daemon().start(this::serve);
  }

  @AfterEach
  void close() throws IOException {
    over.countDown();
    calls.close();
    server.close();
  }

  @Test
  void anAnswerThatStopsInTheMiddleIsGivenUp() {
    said = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":";

    assertThatThrownBy(() -> calls.call(calls.request("/").GET(), JsonNode.class))
        .isInstanceOf(SluiceException.TimedOut.class)
        .hasMessageContaining("next piece of the answer to GET");
  }

  @Test
  void aTransferThatStopsInTheMiddleIsGivenUpAfterWhatCame() {
    said = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome rows";
    var out = new ByteArrayOutputStream();

    assertThatThrownBy(() -> calls.copy(calls.request("/").GET(), out))
        .isInstanceOf(SluiceException.TimedOut.class);
    assertThat(out).asString().isEqualTo("some rows");
  }

  @Test
  void aRefusalThatStopsInTheMiddleIsGivenUpToo() {
    said =
        "HTTP/1.1 503 No\r\nContent-Type: application/problem+json\r\nContent-Length: 9\r\n\r\n{";

    assertThatThrownBy(() -> calls.call(calls.request("/").GET(), JsonNode.class))
        .isInstanceOf(SluiceException.TimedOut.class);
  }

  @Test
  void anAnswerThatBreaksOffIsNotTakenForComplete() {
    said = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}";
    hangsUp = true;

    assertThatThrownBy(() -> calls.call(calls.request("/").GET(), JsonNode.class))
        .isInstanceOf(SluiceException.Unreachable.class)
        .hasMessageContaining("broke off");
  }

  @Test
  void aCompleteAnswerIsRead() throws Exception {
    said = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}";

    assertThat(calls.call(calls.request("/").GET(), JsonNode.class).path("a").asInt()).isEqualTo(1);
  }

  @Test
  void aServerThatIsStillReadingIsAskedAgain() throws Exception {
    var reading =
        ApiJson.MAPPER.writeValueAsString(Problem.stillReading(new ReadingProgress(2, 3)));
    said =
        "HTTP/1.1 503 No\r\nContent-Type: application/problem+json\r\nContent-Length: "
            + reading.length()
            + "\r\n\r\n"
            + reading;
    saidNext = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}";

    assertThat(calls.call(calls.request("/").GET(), JsonNode.class).path("a").asInt()).isEqualTo(1);
    assertThat(waited).hasSize(1);
    assertThat(waited.getFirst().detail()).contains("2 of 3 records");
  }

  @Test
  void whyNobodyAnswersIsSaidInWords() throws IOException {
    assertThat(whyNot("http://sluice.invalid:8642")).endsWith("no host of that name is known");
    int free;
    try (var taken = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      free = taken.getLocalPort();
    }
    assertThat(whyNot("http://127.0.0.1:" + free)).endsWith("the connection is refused");
  }

  @Test
  void aServerWithoutTlsIsSaidToHaveNone() throws IOException {
    try (var plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> answerPlainly(plain));
      assertThat(whyNot("https://127.0.0.1:" + plain.getLocalPort()))
          .contains("no TLS connection", "write http://");
    }
  }

  private static void answerPlainly(ServerSocket plain) {
    try (var socket = plain.accept()) {
      // As such servers do: it answers what it has read. A client that is answered before its first
      // word may miss that.
      socket.getInputStream().readNBytes(TLS_RECORD_HEADER);
      socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      var _ = socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The client has hung up.
    }
  }

  private static String whyNot(String server) {
    try (var elsewhere = new HttpCalls(URI.create(server), STALL_MAX, problem -> {})) {
      var failure =
          catchThrowableOfType(
              SluiceException.Unreachable.class,
              () -> elsewhere.call(elsewhere.request("/").GET(), JsonNode.class));
      return String.valueOf(failure.getMessage());
    }
  }

  private void serve() {
    try (var socket = server.accept()) {
      readHead(socket);
      socket.getOutputStream().write(said.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      if (!saidNext.isEmpty()) {
        readHead(socket);
        socket.getOutputStream().write(saidNext.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
      }
      if (!hangsUp) {
        over.await();
      }
    } catch (IOException e) {
      // The client gave up, as it should.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void readHead(Socket socket) throws IOException {
    var in = socket.getInputStream();
    var seen = new StringBuilder();
    while (!seen.toString().endsWith("\r\n\r\n")) {
      seen.append((char) in.read());
    }
  }
}
