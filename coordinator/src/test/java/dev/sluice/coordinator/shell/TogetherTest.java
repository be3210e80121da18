package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.shell.Together.Outcome.Done;
import dev.sluice.coordinator.shell.Together.Outcome.NotYet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

final class TogetherTest {

  @Test
  void eachIsDoneWhileTheOthersAre() {
    var all = new CyclicBarrier(4);

    var outcomes = Together.each(List.of(1, 2, 3, 4), key -> meet(all, key));

    assertThat(outcomes)
        .containsExactly(
            Map.entry(1, new Done<>(1)),
            Map.entry(2, new Done<>(2)),
            Map.entry(3, new Done<>(3)),
            Map.entry(4, new Done<>(4)));
  }

  private static int meet(CyclicBarrier all, int key) {
    try {
      all.await(30, TimeUnit.SECONDS);
      return key;
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException("they did not run at the same time", e);
    }
  }

  @Test
  void whatTheBrokersDidNotDoIsToldForThatOneOnly() {
    var away = new KafkaException("away");

    var outcomes =
        Together.each(
            List.of("good", "bad"),
            key -> {
              if (key.equals("bad")) {
                throw away;
              }
              return key;
            });

    assertThat(outcomes.get("good")).isEqualTo(new Done<>("good"));
    assertThat(outcomes.get("bad")).isEqualTo(new NotYet<>(away));
  }

  @Test
  void aDefectIsThrownWhenAllHaveEnded() {
    var thrown = new CountDownLatch(1);
    var ended = new AtomicInteger();

    assertThatThrownBy(
            () ->
                Together.each(
                    List.of(1, 2),
                    key -> {
                      if (key == 1) {
                        thrown.countDown();
                        throw new IllegalStateException("a defect");
                      }
                      await(thrown);
                      return ended.incrementAndGet();
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a defect");
    assertThat(ended).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void noMoreThanFourAreDoneAtATime() {
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    // Three rounds of four: each waits for three others.
    var four = new CyclicBarrier(4);

    Together.each(
        IntStream.range(0, 12).boxed().toList(),
        key -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          meet(four, key);
          running.decrementAndGet();
          return key;
        });

    assertThat(most).hasValue(4);
  }

  @Test
  void nothingIsNoWork() {
    assertThat(Together.each(List.<Integer>of(), key -> key)).isEmpty();
  }
}
