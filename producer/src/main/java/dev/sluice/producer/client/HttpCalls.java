package dev.sluice.producer.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Requests to one server, and what may come of them: an answer, a problem, or none in time. Safe
 * for use by several threads.
 */
final class HttpCalls implements AutoCloseable {

  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final String NO_TLS = "write http:// where it has no TLS";
  private static final Duration CALL_MAX = Duration.ofSeconds(60);

  /**
   * A server that asks to come again, because it starts or has much to do, is asked for so long.
   */
  static final Duration AGAIN_MAX = Duration.ofSeconds(30);

  private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);
  private static final Set<String> AGAIN =
      Set.of(ProblemType.STILL_READING.code(), ProblemType.BUSY.code());

  private final URI server;
  private final Duration stallMax;
  private final Consumer<Problem> waits;
  private final HttpClient http;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param server such as http://127.0.0.1:8642; a path may follow, without a slash at its end
   * @param stallMax longest wait for the next piece of an answer
   * @param waits told of each answer after which a request is made again in a moment
   */
  HttpCalls(URI server, Duration stallMax, Consumer<Problem> waits) {
    this.server = server;
    this.waits = waits;
    this.stallMax = stallMax;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();
  }

  /** A request to begin with; its time-out is that of a call without large bodies. */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server + path)).timeout(CALL_MAX);
  }

  /** The answer's body. */
  <T> T call(HttpRequest.Builder request, Class<T> type) throws SluiceException {
    var asked = request.build();
    return parse(text(asked, success(asked)), type);
  }

  /** A list in the answer's body. */
  <T> List<T> list(String path, String field, Class<T> type) throws SluiceException {
    var node = call(request(path).GET(), JsonNode.class).path(field);
    var items = ApiJson.MAPPER.getTypeFactory().constructCollectionType(List.class, type);
    try {
      return ApiJson.MAPPER.treeToValue(node, items);
    } catch (JsonProcessingException e) {
      throw new SluiceException.Unreachable(server, "its answer is not understood", e);
    }
  }

  /** The answer's body where the status is one of these two, whatever it means. */
  <T> T call(HttpRequest.Builder request, Class<T> type, int status, int otherStatus)
      throws SluiceException {
    var asked = request.build();
    var response = exchange(asked, BodyStream.handler(stallMax));
    if (response.statusCode() != status && response.statusCode() != otherStatus) {
      throw unexpected(response.statusCode());
    }
    return parse(text(asked, response.body()), type);
  }

  /**
   * Copies the answer's body as it comes.
   *
   * @param out where to; not closed
   * @throws IOException where {@code out} fails, or the transfer breaks off
   */
  void copy(HttpRequest.Builder request, OutputStream out) throws SluiceException, IOException {
    var asked = request.build();
    try (var body = success(asked)) {
      body.transferTo(out);
    } catch (HttpTimeoutException e) {
      throw stalled(asked);
    }
  }

  /** The status of an answer without a body. */
  int status(HttpRequest.Builder request) throws SluiceException {
    return exchange(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** An answer that no Sluice server gives. */
  SluiceException unexpected(int status) {
    return new SluiceException.Unreachable(
        server, "it answers with status " + status + "; is this a Sluice server?", null);
  }

  @Override
  public void close() {
    closed.countDown();
    http.shutdownNow();
  }

  /** Waits a moment; returns whether this was closed meanwhile. */
  boolean pause(Duration moment) {
    try {
      return closed.await(moment.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** The body of a good answer. Of a server that has done nothing yet it is asked for again. */
  private InputStream success(HttpRequest request) throws SluiceException {
    long deadline = System.nanoTime() + AGAIN_MAX.toNanos();
    while (true) {
      var response = exchange(request, BodyStream.handler(stallMax));
      if (response.statusCode() < 300) {
        return response.body();
      }
      var problem = problem(request, response);
      if (!AGAIN.contains(problem.code()) || System.nanoTime() > deadline) {
        throw new SluiceException.Refused(problem);
      }
      waits.accept(problem);
      if (pause(AGAIN_AFTER)) {
        throw new SluiceException.Refused(problem);
      }
    }
  }

  private Problem problem(HttpRequest request, HttpResponse<InputStream> response)
      throws SluiceException {
    var text = text(request, response.body());
    var type = response.headers().firstValue("Content-Type").orElse("");
    if (!type.startsWith(Problem.MEDIA_TYPE)) {
      throw unexpected(response.statusCode());
    }
    return parse(text, Problem.class);
  }

  private String text(HttpRequest request, InputStream from) throws SluiceException {
    try (var body = from) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (HttpTimeoutException e) {
      throw stalled(request);
    } catch (IOException e) {
      throw new SluiceException.Unreachable(server, "its answer broke off", e);
    }
  }

  private SluiceException stalled(HttpRequest request) {
    return new SluiceException.TimedOut(
        "The next piece of the answer to " + request.method() + " " + request.uri(), stallMax);
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws SluiceException {
    try {
      return http.send(request, handler);
    } catch (HttpConnectTimeoutException e) {
      throw new SluiceException.Unreachable(server, unconnected(), e);
    } catch (HttpTimeoutException e) {
      throw new SluiceException.TimedOut(
          request.method() + " " + request.uri(), request.timeout().orElse(CALL_MAX));
    } catch (IOException e) {
      throw new SluiceException.Unreachable(server, why(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SluiceException.Unreachable(server, "interrupted", e);
    }
  }

  /** The time for a connection covers the handshake of TLS. */
  private String unconnected() {
    var within = "no connection comes about within " + CONNECT_MAX.toSeconds() + " s";
    return "https".equals(server.getScheme()) ? within + "; " + NO_TLS : within;
  }

  private static String why(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return "no host of that name is known";
      }
    }
    return switch (failure) {
      case SSLException tls ->
          "no TLS connection comes about (" + tls.getMessage() + "); " + NO_TLS;
      case ConnectException refused -> "the connection is refused";
      default -> failure.getMessage() == null ? "the connection broke" : failure.getMessage();
    };
  }

  private <T> T parse(String json, Class<T> type) throws SluiceException {
    try {
      return ApiJson.MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new SluiceException.Unreachable(server, "its answer is not understood", e);
    }
  }
}
