package dev.sluice.producer.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LagArithmeticTest {

  private static final Offset<Double> CLOSE = within(1e-9);
  private static final Queue LANE = Queue.lane("cpu");

  private final LagBook book = new LagBook(10_000);

  @Test
  void whatWorkersHoldIsRunningAndTheRestWaits() {
    var lag = book.enter(LANE, 0, 2, 0, List.of(counted(5, 10, 20, 30, 40)));

    assertThat(lag.waiting()).isEqualTo(3);
    assertThat(lag.running()).isEqualTo(2);
    assertThat(lag.unfinished()).isEqualTo(5);
  }

  @Test
  void moreTasksInHandThanUnfinishedOnesMeansThatNoneWaits() {
    var lag = book.enter(LANE, 0, 4, 0, List.of(counted(10)));

    assertThat(lag.waiting()).isZero();
    assertThat(lag.running()).isEqualTo(1);
    assertThat(lag.oldestAgeMs()).isNull();
    assertThat(lag.drainSeconds()).isZero();
  }

  @Test
  void theOldestRecordsAreTheOnesInHandSoTheNextOldestWaitsLongest() {
    var lag = book.enter(LANE, 1_000, 2, 0, List.of(counted(100, 300), counted(200, 400)));

    assertThat(lag.oldestAgeMs()).isEqualTo(1_000 - 300);
  }

  @Test
  void whereNotAllRecordsWereLookedAtTheFirstOneGivesTheAge() {
    var backlog = new Backlog("t", 0, 0, 9_000, 9_000, false, List.of(100L));

    assertThat(book.enter(LANE, 1_000, 2, 0, List.of(backlog)).oldestAgeMs()).isEqualTo(900);
  }

  @Test
  void ratesAreTakenOverTheWindow() {
    book.enter(LANE, 0, 0, 100, List.of(waiting(50)));
    book.enter(LANE, 1_000, 0, 110, List.of(waiting(60)));
    var lag = book.enter(LANE, 2_000, 0, 120, List.of(waiting(70)));

    assertThat(lag.outPerSecond()).isCloseTo(10, CLOSE);
    assertThat(lag.inPerSecond()).as("10 done and 10 more waiting").isCloseTo(20, CLOSE);
    assertThat(lag.drainSeconds()).isCloseTo(7, CLOSE);
  }

  @Test
  void whatLeftTheWindowNoLongerCounts() {
    book.enter(LANE, 0, 0, 0, List.of(waiting(1_000)));
    book.enter(LANE, 1_000, 0, 1_000, List.of());
    for (int s = 2; s <= 20; s++) {
      book.enter(LANE, s * 1_000L, 0, 1_000, List.of());
    }

    assertThat(book.enter(LANE, 21_000, 0, 1_000, List.of()).outPerSecond()).isZero();
  }

  @Test
  void aQueueThatNobodyWorksOnNeverDrains() {
    book.enter(LANE, 0, 0, 0, List.of(waiting(5)));
    var lag = book.enter(LANE, 1_000, 0, 0, List.of(waiting(5)));

    assertThat(lag.drainSeconds()).isNull();
  }

  @Test
  void aCounterThatStartsAnewStartsTheRatesAnew() {
    book.enter(LANE, 0, 0, 500, List.of());
    var lag = book.enter(LANE, 1_000, 0, 3, List.of());

    assertThat(lag.outPerSecond()).isZero();
    assertThat(book.enter(LANE, 2_000, 0, 5, List.of()).outPerSecond()).isCloseTo(2, CLOSE);
  }

  @Test
  void remembersThePeak() {
    book.enter(LANE, 0, 0, 0, List.of(waiting(5)));
    book.enter(LANE, 1_000, 0, 0, List.of(waiting(42)));

    assertThat(book.enter(LANE, 2_000, 0, 0, List.of()).peakWaiting()).isEqualTo(42);
  }

  @Test
  void keepsABoundedNumberOfSamplesForCurves() {
    for (int i = 0; i < LagBook.RECENT_MAX; i++) {
      book.enter(LANE, i, 0, 0, List.of());
    }
    var lag = book.enter(LANE, LagBook.RECENT_MAX, 0, 0, List.of(waiting(7)));

    assertThat(lag.recent()).hasSize(LagBook.RECENT_MAX);
    assertThat(lag.recent().getFirst().atMs()).isEqualTo(1);
    assertThat(lag.recent().getLast()).isEqualTo(new QueueLag.Sample(LagBook.RECENT_MAX, 7));

    book.retain(List.of());
    assertThat(book.enter(LANE, 1_000, 0, 0, List.of()).recent()).hasSize(1);
  }

  @Test
  void aWindowHoldsABoundedNumberOfSamples() {
    var window = new RateWindow(Long.MAX_VALUE / 2);
    for (int i = 0; i < 10 * RateWindow.SAMPLES_MAX; i++) {
      window.add(i * 1_000L, i, 0);
    }

    assertThat(window.outPerSecond()).isCloseTo(1, CLOSE);
  }

  private static Backlog counted(long... timestamps) {
    return new Backlog(
        "t",
        0,
        0,
        timestamps.length,
        timestamps.length,
        true,
        Arrays.stream(timestamps).boxed().toList());
  }

  private static Backlog waiting(int records) {
    return new Backlog("t", 0, 0, records, records, false, List.of());
  }
}
