package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.producer.Samples;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ResultRange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class JobsViewTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  private final JobsView jobs = new JobsView(3);

  @Test
  void listsLastSubmittedFirstAndPageByPage() {
    for (int i = 1; i <= 5; i++) {
      jobs.put(Samples.state("job-" + i, JobStatus.RUNNING, i * 10L));
    }

    var first = jobs.page(null, "", 2, null);
    var second = jobs.page(null, "", 2, first.next());
    var third = jobs.page(null, "", 2, second.next());

    assertThat(ids(first)).containsExactly("job-5", "job-4");
    assertThat(ids(second)).containsExactly("job-3", "job-2");
    assertThat(ids(third)).containsExactly("job-1");
    assertThat(third.next()).isNull();
  }

  @Test
  void aPageOfOneStatusSkipsTheOthersAndEndsWhereNoMoreFollow() {
    jobs.put(Samples.state("a", JobStatus.RUNNING, 1));
    jobs.put(Samples.state("b", JobStatus.HELD, 2));
    jobs.put(Samples.state("c", JobStatus.RUNNING, 3));

    var page = jobs.page(JobStatus.RUNNING, "", 2, null);

    assertThat(ids(page)).containsExactly("c", "a");
    assertThat(page.next()).isNull();
  }

  @Test
  void refusesToGoOnAfterSomethingThatIsNoNext() {
    assertThatThrownBy(() -> jobs.page(null, "", 2, "nonsense"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> jobs.page(null, "", 2, "12x.job"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void forgetsTheJobThatFinishedFirstOnceThereAreTooMany() {
    for (int i = 1; i <= 4; i++) {
      jobs.put(Samples.state("done-" + i, JobStatus.SUCCEEDED, i));
      jobs.put(range("done-" + i, 0, 0, 5));
    }

    assertThat(jobs.job("done-1")).isEmpty();
    assertThat(jobs.job("done-4")).isPresent();
    assertThat(ids(jobs.page(null, "", 10, null))).containsExactly("done-4", "done-3", "done-2");
    assertThat(jobs.counts()).containsEntry(JobStatus.SUCCEEDED, 3);
  }

  @Test
  void neverForgetsAJobThatIsNotFinished() {
    jobs.put(Samples.state("running", JobStatus.RUNNING, 0));
    for (int i = 1; i <= 10; i++) {
      jobs.put(Samples.state("done-" + i, JobStatus.FAILED, i));
    }

    assertThat(jobs.job("running")).isPresent();
    assertThat(jobs.active()).extracting(JobState::jobId).containsExactly("running");
  }

  @Test
  void countsAJobUnderItsLatestStatusOnly() {
    jobs.put(Samples.state("a", JobStatus.HELD, 1));
    jobs.put(Samples.state("a", JobStatus.RUNNING, 1));

    assertThat(jobs.counts()).containsOnly(Map.entry(JobStatus.RUNNING, 1));
  }

  @Test
  void whoWaitsIsToldTheFirstStateThatFits() throws Exception {
    var succeeded =
        jobs.await("a", state -> state.status() == JobStatus.SUCCEEDED, Duration.ofSeconds(30));

    jobs.put(Samples.state("a", JobStatus.RUNNING, 1));
    assertThat(succeeded).isNotDone();
    jobs.put(Samples.state("a", JobStatus.SUCCEEDED, 1));

    assertThat(succeeded.get().status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  void whoWaitsForWhatIsTrueAlreadyIsToldAtOnce() {
    jobs.put(Samples.state("a", JobStatus.RUNNING, 1));

    assertThat(jobs.await("a", any -> true, SOON)).isDone();
  }

  @Test
  void waitingEndsAfterItsBound() {
    var never = jobs.await("a", any -> true, Duration.ofMillis(20));

    assertThatThrownBy(never::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class);
  }

  @Test
  void aManifestIsCompleteWhenItsRangesCoverEveryRowOnce() throws Exception {
    var complete = jobs.awaitManifest("a", 10, SOON);
    jobs.put(range("a", 1, 5, 10));
    assertThat(jobs.manifest("a").covers(10)).isFalse();

    jobs.put(range("a", 0, 0, 5));

    assertThat(complete.get().ranges()).extracting(ResultRange::rowFrom).containsExactly(0L, 5L);
    assertThat(jobs.manifest("a").covers(11)).isFalse();
  }

  @Test
  void aManifestWithOverlappingRangesCoversNothing() {
    jobs.put(range("a", 0, 0, 5));
    jobs.put(range("a", 1, 4, 10));

    assertThat(jobs.manifest("a").covers(10)).isFalse();
  }

  @Test
  void keepsALossCurveOfBoundedLength() {
    for (int step = 1; step <= 1_000; step++) {
      jobs.put(
          Samples.state(
              "a",
              "",
              Samples.job(Samples.training()),
              JobStatus.RUNNING,
              1,
              Samples.trainingAt(step, 1.0 / step),
              null,
              null));
    }

    var curve = jobs.lossCurve("a");

    assertThat(curve).hasSizeLessThanOrEqualTo(LossCurves.POINTS_MAX);
    assertThat(curve.getFirst().step()).isEqualTo(1);
    assertThat(curve.getLast().step()).isEqualTo(1_000);
    assertThat(curve).extracting(LossCurves.Point::step).isSorted();
  }

  private static ManifestChunk range(String jobId, int chunk, long rowFrom, long rowTo) {
    return new ManifestChunk(
        jobId, chunk, List.of(new ResultRange(0, 0, 1, rowFrom, rowTo, "", "attempt-1")));
  }

  private static List<String> ids(JobsView.Page page) {
    return page.jobs().stream().map(JobState::jobId).toList();
  }
}
