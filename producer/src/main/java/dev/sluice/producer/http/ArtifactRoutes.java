package dev.sluice.producer.http;

import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.platform.artifact.StoreFull;
import dev.sluice.producer.api.ArtifactGoing;
import dev.sluice.producer.api.ArtifactView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.artifact.ArtifactUses;
import dev.sluice.producer.artifact.Artifacts;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.schemas.codec.Digests;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files by digest. An upload goes to a temporary file as it comes and to the store when complete.
 * Files are never in memory as a whole; what each takes of it on its way is bounded, and so is the
 * sum. Who comes when it is spent is told so before anything of the file was moved.
 */
final class ArtifactRoutes {

  private static final Logger LOG = LoggerFactory.getLogger(ArtifactRoutes.class);

  private final Artifacts artifacts;
  private final ClusterView view;
  private final Dispatcher run;
  private final Vertx vertx;
  private final UploadFolder folder;
  private final HttpLimits limits;
  private final Semaphore uploads;
  private final Semaphore transfers;

  ArtifactRoutes(
      Services services, Dispatcher run, Vertx vertx, UploadFolder folder, HttpLimits limits) {
    this.artifacts = services.artifacts();
    this.view = services.view();
    this.run = run;
    this.vertx = vertx;
    this.folder = folder;
    this.limits = limits;
    this.uploads = new Semaphore(limits.uploadsMax());
    this.transfers =
        new Semaphore(
            Math.toIntExact(Math.max(1, limits.transferBytesMax() / ArtifactStore.TRANSFER_BYTES)));
  }

  /** Takes a file; runs on the event loop. */
  void put(RoutingContext context) {
    var request = context.request();
    var response = context.response();
    if (declaredBytes(context) > limits.artifactBytesMax()) {
      // What is on its way is not read: the connection can't be used again.
      response.putHeader("Connection", "close");
      Dispatcher.send(response, HttpAnswer.problem(tooLarge()));
      return;
    }
    if (!uploads.tryAcquire()) {
      Dispatcher.send(
          response,
          HttpAnswer.problem(
              Problem.of(
                  ProblemType.BUSY,
                  limits.uploadsMax()
                      + " files are on their way in already; try again in a moment.")));
      return;
    }
    context.addEndHandler(ended -> uploads.release());
    if (!transfers.tryAcquire()) {
      Dispatcher.send(response, HttpAnswer.problem(memorySpent()));
      return;
    }
    context.addEndHandler(ended -> transfers.release());
    request.pause();
    vertx
        .executeBlocking(folder::newFile)
        .compose(
            path ->
                vertx
                    .fileSystem()
                    .open(
                        path.toString(), new OpenOptions().setWrite(true).setTruncateExisting(true))
                    .map(file -> new Upload(path, file))
                    .onFailure(failure -> UploadFolder.delete(path)))
        .onSuccess(upload -> receive(context, upload))
        .onFailure(
            failure -> {
              LOG.error("An upload can't be written to disk", failure);
              Dispatcher.send(response, HttpAnswer.problem(diskProblem(failure)));
            });
  }

  private record Upload(Path path, AsyncFile file) {}

  private void receive(RoutingContext context, Upload upload) {
    var request = context.request();
    var response = context.response();
    if (response.closed()) {
      // The sender left while the file was made: no handler would hear of it any more.
      discard(upload);
      return;
    }
    var bytes = new AtomicLong();
    request.handler(
        piece -> {
          if (bytes.addAndGet(piece.length()) > limits.artifactBytesMax()) {
            if (!response.ended()) {
              response.putHeader("Connection", "close");
              Dispatcher.send(response, HttpAnswer.problem(tooLarge()));
            }
            return;
          }
          upload
              .file()
              .write(piece)
              .onFailure(
                  failure -> Dispatcher.send(response, HttpAnswer.problem(diskProblem(failure))));
          if (upload.file().writeQueueFull()) {
            request.pause();
            upload.file().drainHandler(drained -> request.resume());
          }
        });
    request.exceptionHandler(failure -> discard(upload));
    request.endHandler(
        end -> {
          if (response.ended()) {
            discard(upload);
            return;
          }
          upload
              .file()
              .close()
              .onSuccess(
                  closed -> {
                    if (!run.run(response, () -> store(upload.path(), bytes.get()))) {
                      UploadFolder.delete(upload.path());
                    }
                  })
              .onFailure(
                  failure -> {
                    Dispatcher.send(response, HttpAnswer.problem(diskProblem(failure)));
                    UploadFolder.delete(upload.path());
                  });
        });
    request.resume();
  }

  private HttpAnswer store(Path file, long bytes) {
    try {
      var digest = artifacts.put(file);
      return HttpAnswer.json(
          201, new ArtifactView(digest, bytes), Map.of("Location", "/v1/artifacts/" + digest));
    } catch (StoreFull e) {
      throw Problem.of(
              ProblemType.STORE_FULL,
              e.getMessage()
                  + " Delete versions of models and files that nobody needs, or set"
                  + " artifact-store-bytes-max higher.")
          .toException();
    } catch (IOException e) {
      throw unavailable(e);
    } finally {
      UploadFolder.delete(file);
    }
  }

  /** Announces that a file which nobody uses goes. */
  HttpAnswer delete(Request request) {
    var digest = digest(request);
    try {
      if (!artifacts.has(digest)) {
        throw unknown(digest);
      }
      var user = ArtifactUses.of(view).get(digest);
      if (user != null) {
        throw Problem.of(
                ProblemType.IN_USE,
                "File "
                    + digest
                    + " is used by "
                    + user
                    + ". Delete the model's version, or wait for the job's end, first.")
            .toException();
      }
      long goesMs = artifacts.announce(digest);
      return HttpAnswer.json(202, new ArtifactGoing(digest, goesMs), Map.of());
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * Gives a file as it comes from the store. What turns out to be another file than its digest says
   * is cut off rather than ended, so that nobody takes it for whole.
   */
  HttpAnswer get(Request request) {
    var digest = digest(request);
    return new HttpAnswer.Stream(
        200, "application/octet-stream", cacheForever(), out -> write(digest, out));
  }

  private void write(String digest, OutputStream out) throws IOException {
    if (!transfers.tryAcquire()) {
      throw memorySpent().toException();
    }
    try {
      if (!artifacts.copy(digest, out)) {
        throw unknown(digest);
      }
    } catch (Artifacts.Unavailable e) {
      throw unavailable(e);
    } finally {
      transfers.release();
    }
  }

  private Problem memorySpent() {
    return Problem.of(
        ProblemType.BUSY,
        "The memory for files on their way, "
            + limits.transferBytesMax()
            + " bytes, is spent: each takes "
            + ArtifactStore.TRANSFER_BYTES
            + "; try again in a moment.");
  }

  HttpAnswer head(Request request) {
    var digest = digest(request);
    try {
      if (!artifacts.has(digest)) {
        throw unknown(digest);
      }
      return new HttpAnswer.Head(200, "application/octet-stream", cacheForever());
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private static Map<String, String> cacheForever() {
    return Map.of("Cache-Control", "public, max-age=31536000, immutable");
  }

  private static String digest(Request request) {
    var digest = request.path("digest");
    if (!Digests.wellFormed(digest)) {
      throw Request.bad("A digest is sha256: followed by 64 lower-case hexadecimal digits.");
    }
    return digest;
  }

  private static long declaredBytes(RoutingContext context) {
    var length = context.request().getHeader("Content-Length");
    return length == null ? 0 : Long.parseLong(length);
  }

  private static ProblemException unknown(String digest) {
    return Problem.of(ProblemType.NOT_FOUND, "No file " + digest + " is stored.").toException();
  }

  private static ProblemException unavailable(IOException e) {
    return Problem.of(ProblemType.UNAVAILABLE, String.valueOf(e.getMessage())).toException();
  }

  private static Problem diskProblem(Throwable failure) {
    return Problem.of(
        ProblemType.UNAVAILABLE,
        "The producer can't keep the file on its disk ("
            + failure.getMessage()
            + "). Make room in its temporary folder.");
  }

  private Problem tooLarge() {
    return Problem.of(
        ProblemType.TOO_LARGE, "A file may have at most " + limits.artifactBytesMax() + " bytes.");
  }

  private static void discard(Upload upload) {
    // Deleted while open: its room on the disk is given back with the handle.
    UploadFolder.delete(upload.path());
    try {
      upload
          .file()
          .close()
          .onFailure(
              failure -> LOG.debug("an upload's file did not close: {}", failure.toString()));
    } catch (IllegalStateException e) {
      LOG.debug("the file of an upload was closed with the server");
    }
  }
}
