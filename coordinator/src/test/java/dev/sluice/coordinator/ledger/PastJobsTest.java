package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which jobs have left, many in a record, and that a record is forgotten as a whole. */
class PastJobsTest {

  private static final int PARTITION = 2;
  private static final int FULL = PastJobs.JOBS_MAX;

  private final PastJobs past = new PastJobs();
  private final List<EndedJobs> log = new ArrayList<>();

  @Test
  void theOpenRecordIsWrittenAnewUntilItIsFull() {
    assertThat(leave(0, 2)).containsExactly(record(0, 0, 2));
    assertThat(leave(2, FULL)).containsExactly(record(0, 0, FULL));

    assertThat(leave(FULL, FULL + 1)).containsExactly(record(1, FULL, FULL + 1));
    assertThat(leave(FULL + 1, FULL + 3)).containsExactly(record(1, FULL, FULL + 3));
  }

  @Test
  void manyAtOnceFillTheOpenRecordAndThenOthers() {
    leave(0, 100);

    assertThat(leave(100, 3 * FULL + 16))
        .containsExactly(
            record(0, 0, FULL),
            record(1, FULL, 2 * FULL),
            record(2, 2 * FULL, 3 * FULL),
            record(3, 3 * FULL, 3 * FULL + 16));
  }

  @Test
  void nothingIsRememberedBeforeItIsTakenOver() {
    past.with(PARTITION, jobs(0, 3));

    assertThat(past.contains("j0")).isFalse();
    assertThat(past.size()).isZero();
    assertThat(past.with(PARTITION, jobs(0, 1))).containsExactly(record(0, 0, 1));
  }

  @Test
  void aJobIsKnownUntilItsRecordIsForgotten() {
    leave(0, FULL + 2);
    assertThat(past.size()).isEqualTo(FULL + 2);

    past.remove(StateKeys.ended(PARTITION + 1, 0));
    past.remove(StateKeys.ended(PARTITION, 7));
    assertThat(past.size()).isEqualTo(FULL + 2);
    past.remove(StateKeys.ended(PARTITION, 0));

    assertThat(past.contains("j0")).isFalse();
    assertThat(past.contains("j" + FULL)).isTrue();
    assertThat(past.size()).isEqualTo(2);
  }

  @Test
  void numbersGoOnBehindTheLastRecordWhateverIsForgottenBefore() {
    leave(0, FULL + 2);
    past.remove(StateKeys.ended(PARTITION, 0));
    assertThat(leave(FULL + 2, FULL + 3)).containsExactly(record(1, FULL, FULL + 3));
  }

  @Test
  void aFullRecordIsNeverWrittenAgain() {
    leave(0, 2 * FULL);
    past.remove(StateKeys.ended(PARTITION, 1));

    assertThat(leave(2 * FULL, 2 * FULL + 1)).containsExactly(record(1, 2 * FULL, 2 * FULL + 1));
  }

  @Test
  void onceAllIsForgottenRecordsBeginAnewWithoutWhatWasInThem() {
    leave(0, 3);
    past.remove(StateKeys.ended(PARTITION, 0));

    assertThat(leave(3, 4)).containsExactly(record(0, 3, 4));
    assertThat(past.contains("j0")).isFalse();
  }

  @Test
  void aRecordIsOldOnceAllOfItsJobsAre() {
    leave(0, FULL + 1); // job n ended at n
    assertThat(past.before(FULL - 1)).isEmpty();
    assertThat(past.before(FULL)).extracting(EndedJobs::number).containsExactly(0);
    assertThat(past.before(FULL + 1)).extracting(EndedJobs::number).containsExactly(0, 1);
  }

  @Test
  void whoeverTakesOverRemembersTheSameFromWhatWasWritten() {
    for (int job = 0; job < FULL + 3; job++) {
      leave(job, job + 1);
    }
    var successor = new PastJobs();
    log.forEach(successor::apply);

    assertThat(successor.size()).isEqualTo(past.size());
    assertThat(successor.before(Long.MAX_VALUE))
        .isEqualTo(past.before(Long.MAX_VALUE))
        .extracting(EndedJobs::number, record -> record.jobs().size())
        .containsExactly(tuple(0, FULL), tuple(1, 3));
    var next = jobs(FULL + 3, FULL + 4);
    assertThat(successor.with(PARTITION, next)).isEqualTo(past.with(PARTITION, next));
  }

  /** Returns the records that are written. */
  private List<EndedJobs> leave(int from, int to) {
    var written = past.with(PARTITION, jobs(from, to));
    written.forEach(past::apply);
    log.addAll(written);
    return written;
  }

  private static EndedJobs record(int number, int from, int to) {
    return EndedJobs.of(PARTITION, number, jobs(from, to));
  }

  private static List<EndedJob> jobs(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(n -> new EndedJob("j" + n, JobStatus.SUCCEEDED, 0, n, n + 30_000))
        .toList();
  }
}
