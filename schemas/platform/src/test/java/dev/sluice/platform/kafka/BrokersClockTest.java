package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Ages are told by the brokers' clock, whatever this machine's says. */
final class BrokersClockTest {

  private final AtomicLong monotonicMs = new AtomicLong(7);
  private final AtomicLong ownMs = new AtomicLong(1_000_000);
  private final BrokersClock clock =
      new BrokersClock(monotonicMs::get, (InstantSource) () -> Instant.ofEpochMilli(ownMs.get()));

  @Test
  void beforeABrokerHasToldItsTimeItIsThisMachines() {
    assertThat(clock.known()).isFalse();
    assertThat(clock.millis()).isEqualTo(1_000_000);
  }

  @Test
  void betweenTwoAnswersItGoesOnAsTheMonotonicClockDoes() {
    clock.told(500_000);
    monotonicMs.addAndGet(2_500);
    assertThat(clock.known()).isTrue();
    assertThat(clock.millis()).isEqualTo(502_500);
    assertThat(clock.instant()).isEqualTo(Instant.ofEpochMilli(502_500));
  }

  @Test
  void thisMachinesClockMayBeSetWhileItRuns() {
    clock.told(500_000);
    ownMs.addAndGet(-600_000);
    assertThat(clock.millis()).isEqualTo(500_000);
  }

  @Test
  void itFollowsTheBrokersForwardsAndBackwards() {
    clock.told(500_000);
    monotonicMs.addAndGet(1_000);
    clock.told(560_000);
    assertThat(clock.millis()).isEqualTo(560_000);
    clock.told(440_000);
    assertThat(clock.millis()).isEqualTo(440_000);
  }
}
