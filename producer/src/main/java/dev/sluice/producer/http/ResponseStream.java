package dev.sluice.producer.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A response body as an output stream. Every full buffer waits until the connection has taken it,
 * so a slow reader slows the writer and memory stays bounded. Used by one virtual thread.
 */
final class ResponseStream extends OutputStream {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** A reader that takes nothing for so long has gone away. */
  private static final long STALL_SECONDS_MAX = 60;

  private final HttpServerResponse response;
  private final Runnable head;
  private Buffer buffer = Buffer.buffer(BUFFER_BYTES);
  private boolean begun;

  /**
   * @param response where to
   * @param head sets status and headers, just before the first bytes leave
   */
  ResponseStream(HttpServerResponse response, Runnable head) {
    this.response = response;
    this.head = head;
  }

  /** Whether anything has left, so that the status can't change any more. */
  boolean begun() {
    return begun;
  }

  @Override
  public void write(int b) throws IOException {
    buffer.appendByte((byte) b);
    drainWhenFull();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    buffer.appendBytes(bytes, offset, length);
    drainWhenFull();
  }

  @Override
  public void close() throws IOException {
    begin();
    var last = buffer;
    buffer = Buffer.buffer();
    await(response.end(last));
  }

  private void drainWhenFull() throws IOException {
    if (buffer.length() >= BUFFER_BYTES) {
      begin();
      var full = buffer;
      buffer = Buffer.buffer(BUFFER_BYTES);
      await(response.write(full));
    }
  }

  private void begin() {
    if (!begun) {
      begun = true;
      head.run();
    }
  }

  private static void await(io.vertx.core.Future<Void> written) throws IOException {
    try {
      written.toCompletionStage().toCompletableFuture().get(STALL_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the connection is closed", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("the reader took nothing for " + STALL_SECONDS_MAX + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the producer is stopping", e);
    }
  }
}
