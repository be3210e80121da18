package dev.sluice.producer.http;

import static dev.sluice.producer.http.RouteTable.delete;
import static dev.sluice.producer.http.RouteTable.get;
import static dev.sluice.producer.http.RouteTable.head;
import static dev.sluice.producer.http.RouteTable.post;
import static dev.sluice.producer.http.RouteTable.put;
import static dev.sluice.producer.http.RouteTable.upload;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: every route stands in {@link #routes}. */
public final class HttpApi implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
  private static final long START_SECONDS_MAX = 30;
  private static final long STOP_SECONDS_MAX = 5;

  /** Requests that are being answered when the end is called for have so long. */
  private static final Duration DRAIN_MAX = Duration.ofSeconds(5);

  private static final int IDLE_SECONDS_MAX = 120;
  private static final int EVENT_LOOPS = 2;

  /** No file is served: a cache of files would be a directory that a killed process leaves. */
  private static final FileSystemOptions NO_FILES =
      new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);

  private final AtomicBoolean closed = new AtomicBoolean();
  private final Vertx vertx;
  private final HttpServer server;
  private final Dispatcher dispatcher;
  private final UploadFolder uploads;
  private final URI uri;

  private HttpApi(
      Vertx vertx, HttpServer server, Dispatcher dispatcher, UploadFolder uploads, URI uri) {
    this.server = server;
    this.vertx = vertx;
    this.dispatcher = dispatcher;
    this.uploads = uploads;
    this.uri = uri;
  }

  /**
   * Opens the server.
   *
   * @param services what it stands on; not closed with it
   * @param host address to listen on
   * @param port port to listen on; 0 for a free one
   * @param limits its bounds
   * @param temporary where uploads lie until they are complete, in a folder of their own that is
   *     gone once this is closed
   * @throws ListenFailed where the address can't be listened on
   */
  public static HttpApi start(
      Services services, String host, int port, HttpLimits limits, Path temporary) {
    var vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(EVENT_LOOPS)
                .setWorkerPoolSize(2)
                .setFileSystemOptions(NO_FILES));
    var dispatcher = new Dispatcher(limits.requestsMax());
    var uploads = new UploadFolder(temporary);
    var artifacts = new ArtifactRoutes(services, dispatcher, vertx, uploads, limits);
    var options =
        new HttpServerOptions()
            .setHost(host)
            .setPort(port)
            .setIdleTimeout(IDLE_SECONDS_MAX)
            .setHttp2ClearTextEnabled(false)
            .setHandle100ContinueAutomatically(true);
    try {
      HttpServer server =
          await(
              vertx
                  .createHttpServer(options)
                  .invalidRequestHandler(HttpApi::malformed)
                  .requestHandler(
                      router(vertx, services, artifacts, dispatcher, limits, isLoopback(host)))
                  .listen(),
              START_SECONDS_MAX);
      return new HttpApi(vertx, server, dispatcher, uploads, uri(host, server.actualPort()));
    } catch (ExecutionException | TimeoutException e) {
      dispatcher.close();
      closeQuietly(vertx);
      throw new ListenFailed(host, port, e.getCause() == null ? e : e.getCause());
    }
  }

  private static Router router(
      Vertx vertx,
      Services services,
      ArtifactRoutes artifacts,
      Dispatcher run,
      HttpLimits limits,
      boolean loopbackOnly) {
    var router = Router.router(vertx);
    var metrics = new HttpMetrics();

    router.route().handler(metrics::count).handler(new BrowserGuard(loopbackOnly));
    router.route().handler(new TopicGuard(services.unfit()));
    router.route().handler(new TextGuard());
    var bodies =
        BodyHandler.create(false)
            .setBodyLimit(limits.bodyBytesMax())
            // It would read the query for them, and leave one that is not well-formed unanswered.
            .setMergeFormAttributes(false);
    var routes = routes(services, artifacts, run, metrics);
    routes.mount(router, bodies);

    router.errorHandler(404, c -> refuse(c, routes.nothingAt(c.normalizedPath())));
    router.errorHandler(
        413,
        c ->
            refuse(
                c,
                ProblemType.TOO_LARGE,
                "The body may have at most "
                    + limits.bodyBytesMax()
                    + " bytes. Files go to PUT /v1/artifacts, and a job names their digest."));
    router.errorHandler(
        400, c -> refuse(c, ProblemType.BAD_REQUEST, "The path or query is not well-formed."));
    router.errorHandler(
        417,
        c -> refuse(c, ProblemType.BAD_REQUEST, "Nothing but Expect: 100-continue can be met."));
    router.errorHandler(500, HttpApi::ourFault);
    return router;
  }

  private static RouteTable routes(
      Services services, ArtifactRoutes artifacts, Dispatcher run, HttpMetrics metrics) {
    var jobs = new JobRoutes(services);
    var lanes = new LaneRoutes(services);
    var models = new ModelRoutes(services);
    var letters = new DeadLetterRoutes(services.deadLetters());
    var operations = new OperationRoutes(services, metrics);
    var known = new Known(services.view()::reading, run);
    var listed = new Known(services.deadLetters()::reading, run);
    return new RouteTable(
        List.of(
            post("/v1/jobs", known.to(jobs::submit)),
            get("/v1/jobs", known.to(jobs::list), "status", "prefix", "limit", "after", "include"),
            get("/v1/jobs/:job", known.to(jobs::read), "wait", "until", "since", "include"),
            post("/v1/jobs/:job/cancel", known.to(jobs::cancel), "reason"),
            get("/v1/jobs/:job/results", known.to(jobs::results), "format"),
            get("/v1/lanes", known.to(lanes::list)),
            get("/v1/lanes/:lane", known.to(lanes::read)),
            put("/v1/lanes/:lane", known.to(lanes::declare)),
            get("/v1/models", known.to(models::list)),
            get("/v1/models/:model", known.to(models::read)),
            delete("/v1/models/:model", known.to(models::delete)),
            delete("/v1/models/:model/versions/:version", known.to(models::deleteVersion)),
            put("/v1/models/:model/aliases/:alias", known.to(models::setAlias)),
            delete("/v1/models/:model/aliases/:alias", known.to(models::removeAlias)),
            upload("/v1/artifacts", artifacts::put),
            get("/v1/artifacts/:digest", run.to(artifacts::get)),
            head("/v1/artifacts/:digest", run.to(artifacts::head)),
            delete("/v1/artifacts/:digest", known.to(artifacts::delete)),
            get("/v1/dead-letters", listed.to(letters::list), "reason", "limit", "after"),
            post("/v1/dead-letters/redrive", listed.to(letters::redrive)),
            get("/v1/fleet", known.to(operations::fleet)),
            get("/v1/lag", known.to(operations::lag)),
            get("/v1/lag/history", known.to(operations::lagHistory)),
            get("/v1/health", run.to(operations::health)),
            get("/metrics", run.to(operations::metrics)),
            get("/", run.to(operations::dashboard))));
  }

  /** Where it listens. */
  public URI uri() {
    return uri;
  }

  /** Takes no further request, answers those that it has, within a bound, and stops. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    dispatcher.endWaits();
    try {
      await(server.shutdown(DRAIN_MAX), DRAIN_MAX.toSeconds() + STOP_SECONDS_MAX);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Requests were cut off: {}", e.toString());
    }
    closeQuietly(vertx);
    dispatcher.close();
    uploads.close();
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // listening on it says so
    }
  }

  static void refuse(RoutingContext context, ProblemType type, String detail) {
    refuse(context, Problem.of(type, detail));
  }

  static void refuse(RoutingContext context, Problem problem) {
    Dispatcher.send(context.response(), HttpAnswer.problem(problem));
  }

  /** What is no HTTP does not get as far as the router. What follows it can't be told apart. */
  private static void malformed(HttpServerRequest request) {
    var why = request.decoderResult().cause().getMessage();
    Dispatcher.send(
        request.response().putHeader("Connection", "close"),
        HttpAnswer.problem(
            Problem.of(
                ProblemType.BAD_REQUEST,
                "The request line or a header is not well-formed, or too long"
                    + (why == null ? "" : " (" + why + ")")
                    + ". Send HTTP/1.1 with shorter headers.")));
    request.connection().close();
  }

  private static void ourFault(RoutingContext context) {
    LOG.error("A request failed", context.failure());
    refuse(
        context,
        ProblemType.INTERNAL,
        "This is a defect of Sluice; the producer's log has the details.");
  }

  private static URI uri(String host, int port) {
    var shown = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + shown + ":" + port);
  }

  private static void closeQuietly(Vertx vertx) {
    try {
      await(vertx.close(), STOP_SECONDS_MAX);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The HTTP server did not stop in time", e);
    }
  }

  private static <T> T await(Future<T> future, long secondsMax)
      throws ExecutionException, TimeoutException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(secondsMax, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TimeoutException("interrupted");
    }
  }

  /** The address can't be listened on. */
  public static final class ListenFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ListenFailed(String host, int port, Throwable cause) {
      super(
          cause instanceof BindException
              ? "Port "
                  + port
                  + " of "
                  + host
                  + " is in use or not ours to take. Choose another with --port, or 0 for a free"
                  + " one."
              : "Can't listen on " + host + ":" + port + ": " + cause,
          cause);
    }
  }
}
