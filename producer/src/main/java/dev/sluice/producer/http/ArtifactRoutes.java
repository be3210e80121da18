package dev.sluice.producer.http;

import dev.sluice.producer.api.ArtifactView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.artifact.Artifacts;
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
 */
final class ArtifactRoutes {

  private static final Logger LOG = LoggerFactory.getLogger(ArtifactRoutes.class);
  private static final int PIECE_BYTES = 64 * 1024;

  private final Artifacts artifacts;
  private final Dispatcher run;
  private final Vertx vertx;
  private final UploadFolder folder;
  private final HttpLimits limits;
  private final Semaphore uploads;
  private final Semaphore downloads;

  ArtifactRoutes(
      Artifacts artifacts, Dispatcher run, Vertx vertx, UploadFolder folder, HttpLimits limits) {
    this.artifacts = artifacts;
    this.run = run;
    this.vertx = vertx;
    this.folder = folder;
    this.limits = limits;
    this.uploads = new Semaphore(limits.uploadsMax());
    this.downloads = new Semaphore(limits.downloadsMax());
  }

  /** Takes a file; runs on the event loop. */
  void put(RoutingContext context) {
    var request = context.request();
    var response = context.response();
    if (declaredBytes(context) > limits.artifactBytesMax()) {
      // What is on its way is not read: the connection can't be used again.
      response.putHeader("Connection", "close");
      Dispatcher.send(response, Answer.problem(tooLarge()));
      return;
    }
    if (!uploads.tryAcquire()) {
      Dispatcher.send(
          response,
          Answer.problem(
              Problem.of(
                  ProblemType.UNAVAILABLE,
                  limits.uploadsMax()
                      + " files are on their way already; try again in a moment.")));
      return;
    }
    context.addEndHandler(ended -> uploads.release());
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
              Dispatcher.send(response, Answer.problem(diskProblem(failure)));
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
              Dispatcher.send(response, Answer.problem(tooLarge()));
            }
            return;
          }
          upload
              .file()
              .write(piece)
              .onFailure(
                  failure -> Dispatcher.send(response, Answer.problem(diskProblem(failure))));
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
                    Dispatcher.send(response, Answer.problem(diskProblem(failure)));
                    UploadFolder.delete(upload.path());
                  });
        });
    request.resume();
  }

  private Answer store(Path file, long bytes) {
    try {
      var digest = artifacts.put(file);
      return Answer.json(
          201, new ArtifactView(digest, bytes), Map.of("Location", "/v1/artifacts/" + digest));
    } catch (IOException e) {
      throw unavailable(e);
    } finally {
      UploadFolder.delete(file);
    }
  }

  /**
   * Gives a file, in pieces: what is on its way is not copied once more as a whole. The file itself
   * is in memory until its reader has it, so the number of readers is bounded.
   */
  Answer get(Request request) {
    var digest = digest(request);
    return new Answer.Stream(
        200, "application/octet-stream", cacheForever(), out -> write(digest, out));
  }

  private void write(String digest, OutputStream out) throws IOException {
    if (!downloads.tryAcquire()) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              limits.downloadsMax() + " files are being read already; try again in a moment.")
          .toException();
    }
    try {
      var file = read(digest);
      for (int from = 0; from < file.length; from += PIECE_BYTES) {
        out.write(file, from, Math.min(PIECE_BYTES, file.length - from));
      }
    } finally {
      downloads.release();
    }
  }

  private byte[] read(String digest) {
    try {
      return artifacts.get(digest).orElseThrow(() -> unknown(digest));
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  Answer head(Request request) {
    var digest = digest(request);
    try {
      if (!artifacts.has(digest)) {
        throw unknown(digest);
      }
      return new Answer.Head(200, "application/octet-stream", cacheForever());
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
