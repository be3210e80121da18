package dev.sluice.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UnstoredTest {

  private final Unstored unstored = new Unstored();

  @Test
  void whatIsStoredIsWaitedFor() throws Exception {
    unstored.sent();
    unstored.sent();
    unstored.stored(null);
    var waits = CompletableFuture.supplyAsync(unstored::await);
    assertThat(waits).isNotDone();
    unstored.stored(null);
    assertThat(waits.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(unstored.failure()).isNull();
    assertThat(unstored.await()).isTrue();
  }

  /** Nobody may go on to the next step as if it were in the log. */
  @Test
  void oneThatFailsWhileItIsWaitedForIsNoneThatIsStored() throws Exception {
    unstored.sent();
    unstored.sent();
    var waits = CompletableFuture.supplyAsync(unstored::await);
    var failure = new Exception("no leader");
    unstored.stored(failure);
    unstored.stored(null);
    assertThat(waits.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(unstored.failure()).isEqualTo(failure);
    assertThat(unstored.await()).isFalse();
  }

  @Test
  void whoIsInterruptedDoesNotGoOn() {
    unstored.sent();
    Thread.currentThread().interrupt();
    assertThat(unstored.await()).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(unstored.failure()).isInstanceOf(InterruptedException.class);
  }
}
