package dev.sluice.benchmark.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How long answers take, their bodies included. */
public final class HttpTimes {

  private static final int OK = 200;
  private static final long POLL_MS = 5;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private HttpTimes() {}

  /** Asks until the answer is what is asked for, and not that it is not known yet. */
  public static void awaitOk(URI uri, Duration within) throws IOException, InterruptedException {
    long untilNanos = System.nanoTime() + within.toNanos();
    var never = new CountDownLatch(1);
    while (status(uri) != OK) {
      if (System.nanoTime() > untilNanos) {
        throw new IllegalStateException(uri + " does not answer within " + within);
      }
      var _ = never.await(POLL_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Nanoseconds that a good answer takes. */
  public static long nanos(URI uri) throws IOException, InterruptedException {
    long beganNanos = System.nanoTime();
    int status = status(uri);
    long nanos = System.nanoTime() - beganNanos;
    if (status != OK) {
      throw new IllegalStateException(uri + " answers " + status);
    }
    return nanos;
  }

  private static int status(URI uri) throws IOException, InterruptedException {
    return CLIENT
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray())
        .statusCode();
  }
}
