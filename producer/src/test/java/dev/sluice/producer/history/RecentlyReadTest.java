package dev.sluice.producer.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.Samples;
import dev.sluice.producer.view.Manifest;
import dev.sluice.schemas.wire.JobStatus;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecentlyReadTest {

  private final RecentlyRead recent = new RecentlyRead(100);
  private final Job a = Samples.state("a", JobStatus.SUCCEEDED, 1);
  private final Job b = Samples.state("b", JobStatus.SUCCEEDED, 1);
  private final Job c = Samples.state("c", JobStatus.SUCCEEDED, 1);

  @Test
  void theJobThatWasAskedForLongestAgoGoesWhereTheirBytesAreTooMany() {
    add(a, 40);
    add(b, 40);
    assertThat(has(a)).isTrue(); // from now on b was asked for longest ago
    add(c, 40);

    assertThat(has(b)).isFalse();
    assertThat(has(a)).isTrue();
    assertThat(has(c)).isTrue();
  }

  @Test
  void aJobThatIsReadAgainCountsOnce() {
    add(a, 60);
    add(b, 40);
    add(a, 60);

    assertThat(has(a)).isTrue();
    assertThat(has(b)).isTrue();
  }

  @Test
  void aJobLargerThanTheBoundIsNotKeptAndLeavesRoomForOthers() {
    add(a, 101);
    assertThat(has(a)).isFalse();
    add(b, 100);
    assertThat(has(b)).isTrue();
  }

  @Test
  void anEarlierJobOfTheIdIsNotTheOneThatIsAskedFor() {
    add(a, 1);
    assertThat(has(Samples.state("a", JobStatus.SUCCEEDED, 2))).isFalse();
  }

  private void add(Job job, long bytes) {
    var known = new KnownJob(job, Manifest.EMPTY);
    recent.add(Map.of(job.jobId(), new JobsInHistory.Found(known, bytes)));
  }

  private boolean has(Job job) {
    return recent.get(Samples.ended(job)).isPresent();
  }
}
