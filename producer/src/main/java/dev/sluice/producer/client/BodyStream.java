package dev.sluice.producer.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body that is read as it comes, with a bound on each wait for more: the request's own
 * time-out ends with the headers, and the JDK's stream would wait for ever. The next piece is asked
 * for once the one before was read, so memory stays bounded. Read by one thread.
 */
final class BodyStream extends InputStream implements HttpResponse.BodySubscriber<InputStream> {

  /** What comes from the connection. */
  private sealed interface Signal {}

  private record Piece(List<ByteBuffer> buffers) implements Signal {}

  private record End(@Nullable Throwable failure) implements Signal {}

  private final Duration stallMax;
  private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final Deque<ByteBuffer> unread = new ArrayDeque<>();
  private @Nullable End end;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;

  private BodyStream(Duration stallMax) {
    this.stallMax = stallMax;
  }

  /**
   * Handles bodies.
   *
   * @param stallMax longest wait for the next piece; after it reading throws {@link
   *     HttpTimeoutException}
   */
  static HttpResponse.BodyHandler<InputStream> handler(Duration stallMax) {
    return head -> new BodyStream(stallMax);
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (closed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    signals.add(new Piece(buffers));
  }

  @Override
  public void onError(Throwable failure) {
    signals.add(new End(failure));
  }

  @Override
  public void onComplete() {
    signals.add(new End(null));
  }

  @Override
  public int read() throws IOException {
    return await() ? Byte.toUnsignedInt(unread.getFirst().get()) : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (!await()) {
      return -1;
    }
    var next = unread.getFirst();
    int n = Math.min(length, next.remaining());
    next.get(into, offset, n);
    return n;
  }

  /** Gives the connection up where the body was not read to its end. */
  @Override
  public void close() {
    if (end == null) {
      end = new End(new IOException("the body is closed"));
      closed = true;
      var given = subscription;
      if (given != null) {
        given.cancel();
      }
    }
  }

  private void more() {
    var given = subscription;
    if (given != null) {
      given.request(1);
    }
  }

  /** Waits until a byte is there; returns false at the end. */
  private boolean await() throws IOException {
    while (!unread.isEmpty() && !unread.getFirst().hasRemaining()) {
      unread.removeFirst();
      if (unread.isEmpty()) {
        more();
      }
    }
    while (unread.isEmpty() && end == null) {
      switch (next()) {
        case Piece(var buffers) -> {
          buffers.stream().filter(ByteBuffer::hasRemaining).forEach(unread::addLast);
          if (unread.isEmpty()) {
            more();
          }
        }
        case End last -> end = last;
      }
    }
    var failure = end == null ? null : end.failure();
    if (failure != null) {
      throw new IOException(String.valueOf(failure.getMessage()), failure);
    }
    return !unread.isEmpty();
  }

  private Signal next() throws IOException {
    try {
      var signal = signals.poll(stallMax.toNanos(), TimeUnit.NANOSECONDS);
      if (signal == null) {
        close();
        throw new HttpTimeoutException(
            "nothing more of the answer came within " + stallMax.toMillis() + " ms");
      }
      return signal;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
