package dev.sluice.chaos;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A client of several producers: a call goes to one, and to the next where that one is away or
 * can't serve. Safe for use by several threads.
 */
final class Producers implements AutoCloseable {

  /** No fault lasts so long. */
  static final Duration AWAY_MAX = Duration.ofSeconds(90);

  private static final long PAUSE_MS = 250;
  private static final int SERVER_ERROR = 500;

  /** What a producer says of a job that it has not read of, or not to its end. */
  private static final Set<String> NOT_READ_YET =
      Set.of(ProblemType.NOT_FOUND.uri(), ProblemType.WRONG_STATE.uri());

  private final List<SluiceClient> clients;
  private final AtomicInteger turn = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** A call. */
  interface Call<T> {
    T of(SluiceClient client) throws SluiceException, IOException;
  }

  /** No producer did what was asked within the bound. */
  static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  Producers(List<URI> servers) {
    clients = servers.stream().map(SluiceClient::new).toList();
  }

  /**
   * Calls one producer after the other until one answers.
   *
   * @throws Unavailable where none does, or the answer is no
   */
  <T> T call(Call<T> call) throws Unavailable, InterruptedException {
    long deadline = System.nanoTime() + AWAY_MAX.toNanos();
    while (true) {
      Exception failure;
      try {
        return call.of(clients.get(Math.floorMod(turn.getAndIncrement(), clients.size())));
      } catch (SluiceException.Refused e) {
        // One that has just started, or stood still, may be behind the one that was asked before.
        var problem = e.problem();
        if (problem.status() < SERVER_ERROR && !NOT_READ_YET.contains(problem.type())) {
          throw new Unavailable(String.valueOf(e.getMessage()), e);
        }
        failure = e;
      } catch (SluiceException | IOException e) {
        failure = e;
      }
      if (System.nanoTime() > deadline) {
        throw new Unavailable(
            "no producer did so within " + AWAY_MAX.toSeconds() + " s: " + failure.getMessage(),
            failure);
      }
      pause();
    }
  }

  /**
   * Waits for a job.
   *
   * @param within longest wait
   * @throws Unavailable where it is not as wanted by then
   */
  JobView await(String jobId, Predicate<JobView> wanted, Duration within)
      throws Unavailable, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      var job = call(client -> client.job(jobId));
      if (wanted.test(job)) {
        return job;
      }
      if (System.nanoTime() > deadline) {
        throw new Unavailable(
            String.format(
                Locale.ROOT, "job %s is %s after %d s", jobId, job.status(), within.toSeconds()),
            new IllegalStateException(job.toString()));
      }
      pause();
    }
  }

  private void pause() throws InterruptedException {
    if (closed.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("closed");
    }
  }

  @Override
  public void close() {
    closed.countDown();
    clients.forEach(SluiceClient::close);
  }
}
