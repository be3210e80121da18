package dev.sluice.producer.http;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.problem.Utf8;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what answers requests on virtual threads, so that waiting for Kafka or for the ledger never
 * holds up the event loop. The number of requests at work is bounded; one more is told to come
 * again.
 */
final class Dispatcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** Answers a request; may block. */
  interface Endpoint {
    /**
     * The answer.
     *
     * @throws ProblemException with what the asker is told
     */
    HttpAnswer answer(Request request);
  }

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("sluice-http-", 0).factory());
  private final Set<HttpAnswer.Later> waits = ConcurrentHashMap.newKeySet();
  private final Semaphore permits;
  private volatile boolean stopping;
  private final int requestsMax;

  /**
   * @param requestsMax requests at work at one time
   */
  Dispatcher(int requestsMax) {
    this.permits = new Semaphore(requestsMax);
    this.requestsMax = requestsMax;
  }

  /** A route's handler that answers with an endpoint. */
  Handler<RoutingContext> to(Endpoint endpoint) {
    return context -> {
      try {
        var request = request(context);
        boolean head = context.request().method().equals(HttpMethod.HEAD);
        run(
            context.response(),
            () -> head ? headOf(endpoint.answer(request)) : endpoint.answer(request));
      } catch (ProblemException notText) {
        send(context.response(), HttpAnswer.problem(notText.problem()));
      }
    };
  }

  /** What is asked for the head alone is not written, nor read from Kafka. */
  private static HttpAnswer headOf(HttpAnswer answer) {
    return answer instanceof HttpAnswer.Stream stream
        ? new HttpAnswer.Head(stream.status(), stream.mediaType(), stream.headers())
        : answer;
  }

  /** Something that gives an answer. */
  interface Work {
    /** The answer; may block. */
    HttpAnswer answer();
  }

  /**
   * Runs on a virtual thread and sends what comes of it.
   *
   * @return whether it runs; false where too much is at work, which the asker was told
   */
  boolean run(HttpServerResponse response, Work work) {
    if (!permits.tryAcquire()) {
      send(
          response,
          HttpAnswer.problem(
              Problem.of(
                  ProblemType.BUSY,
                  requestsMax + " requests are being answered already; try again in a moment.")));
      return false;
    }
    threads.execute(
        () -> {
          try {
            switch (answer(work)) {
              case HttpAnswer.Later later -> sendLater(response, later);
              case HttpAnswer now -> send(response, now);
            }
          } finally {
            permits.release();
          }
        });
    return true;
  }

  private void sendLater(HttpServerResponse response, HttpAnswer.Later later) {
    var done = later.done();
    waits.add(later);
    if (stopping) {
      endWaits();
    }
    response.closeHandler(gone -> done.cancel(false));
    var _ =
        done.handle(
            (value, failure) -> {
              waits.remove(later);
              // Whoever ended the wait has other things to do.
              threads.execute(() -> send(response, answer(() -> later.answer().get())));
              return value;
            });
  }

  /** Answers all who wait for something to happen with what is so now. */
  void endWaits() {
    stopping = true;
    waits.forEach(later -> later.done().cancel(false));
  }

  private static HttpAnswer answer(Work work) {
    try {
      return work.answer();
    } catch (ProblemException e) {
      return HttpAnswer.problem(e.problem());
    } catch (RuntimeException e) {
      return HttpAnswer.problem(ourFault(e));
    }
  }

  private static Problem ourFault(RuntimeException failure) {
    LOG.error("A request failed", failure);
    return Problem.of(
        ProblemType.INTERNAL, "This is a defect of Sluice; the producer's log has the details.");
  }

  /** Sends an answer; blocks while a streamed body is written. */
  static void send(HttpServerResponse response, HttpAnswer answer) {
    if (response.closed() || response.ended()) {
      return;
    }
    switch (answer) {
      case HttpAnswer.Whole whole -> {
        head(response, whole);
        // Said here, as the server says no length where the head alone is asked for.
        response.putHeader("Content-Length", String.valueOf(whole.body().length()));
        response.end(whole.body());
      }
      case HttpAnswer.Head head -> {
        head(response, head);
        response.end();
      }
      case HttpAnswer.Later later ->
          throw new IllegalStateException("an answer is never late twice");
      case HttpAnswer.Stream stream -> {
        var out =
            new ResponseStream(
                response,
                () -> {
                  head(response, stream);
                  response.setChunked(true);
                });
        try {
          stream.body().writeTo(out);
          out.close();
        } catch (ProblemException e) {
          cutOff(response, out, e.problem());
        } catch (IOException e) {
          LOG.debug("The reader of a response has gone away: {}", e.getMessage());
          response.reset();
        } catch (RuntimeException e) {
          cutOff(response, out, ourFault(e));
        }
      }
    }
  }

  /** After the head is out a problem can only be shown by not ending the body properly. */
  private static void cutOff(HttpServerResponse response, ResponseStream out, Problem problem) {
    if (out.begun()) {
      LOG.warn("A streamed response was cut off: {}", problem.detail());
      response.reset();
    } else {
      send(response, HttpAnswer.problem(problem));
    }
  }

  private static void head(HttpServerResponse response, HttpAnswer answer) {
    response.setStatusCode(answer.status());
    if (!answer.mediaType().isEmpty()) {
      response.putHeader("Content-Type", answer.mediaType());
    }
    answer.headers().forEach(response::putHeader);
  }

  private static Request request(RoutingContext context) {
    var query = new HashMap<String, String>();
    context.queryParams().forEach(entry -> query.putIfAbsent(entry.getKey(), entry.getValue()));
    var headers = new HashMap<String, String>();
    context
        .request()
        .headers()
        .forEach(
            entry ->
                headers.putIfAbsent(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue()));
    var body = context.body() == null ? null : context.body().buffer();
    return new Request(context.pathParams(), query, headers, body == null ? "" : text(body));
  }

  /** Nothing of a body is replaced: what is not UTF-8 is refused. */
  private static String text(Buffer body) {
    var problems = new Problems();
    return Utf8.decode(body.getBytes(), "body", problems)
        .orElseThrow(
            () ->
                Problem.of(
                        ProblemType.BAD_REQUEST, problems.list().getFirst().what(), problems.list())
                    .toException());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
