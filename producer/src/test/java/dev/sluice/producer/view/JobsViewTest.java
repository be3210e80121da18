package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.Samples;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
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
    assertThat(jobs.active()).extracting(Job::jobId).containsExactly("running");
  }

  @Test
  void aPageOfAStatusGoesOnWhereTheOneBeforeEnded() {
    var many = new JobsView(10_000);
    for (int i = 1; i <= 5_000; i++) {
      many.put(Samples.state("done-" + i, JobStatus.SUCCEEDED, i));
    }
    many.put(Samples.state("lost-1", JobStatus.FAILED, 1));
    many.put(Samples.state("lost-2", JobStatus.RUNNING, 2));
    many.put(Samples.state("lost-2", JobStatus.FAILED, 2));

    var first = many.page(JobStatus.FAILED, "", 1, null);
    var second = many.page(JobStatus.FAILED, "", 1, first.next());

    assertThat(ids(first)).containsExactly("lost-2");
    assertThat(ids(second)).containsExactly("lost-1");
    assertThat(second.next()).isNull();
    assertThat(ids(many.page(JobStatus.RUNNING, "", 1, null))).isEmpty();
  }

  @Test
  void ofIdsThatBeginSoTheOneThatIsGivenAsAWholeComesFirst() {
    for (var id : List.of("ab-2", "ab", "b", "ab-1")) {
      jobs.put(Samples.state(id, JobStatus.RUNNING, 1));
    }

    var first = jobs.page(null, "ab", 2, null);

    assertThat(ids(first)).containsExactly("ab", "ab-1");
    assertThat(ids(jobs.page(null, "ab", 2, first.next()))).containsExactly("ab-2");
    assertThatThrownBy(() -> jobs.page(null, "ab", 2, "b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPageLooksAtSoManyJobsAndNoMore() {
    var many = new JobsView(10_000);
    for (int i = 0; i < JobIndex.VISITS_MAX; i++) {
      many.put(Samples.state("a-" + (10_000 + i), JobStatus.SUCCEEDED, i));
    }
    many.put(Samples.state("a-99999", JobStatus.FAILED, 1));

    var first = many.page(JobStatus.FAILED, "a", 10, null);

    assertThat(ids(first)).isEmpty();
    assertThat(ids(many.page(JobStatus.FAILED, "a", 10, first.next()))).containsExactly("a-99999");
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

  // --------------------------------------------------------------------------- jobs that have left

  @Test
  void aJobThatHasLeftIsRememberedAndItsStateIsNot() {
    var done = Samples.state("done", JobStatus.SUCCEEDED, 1);
    jobs.put(done);
    jobs.put(range("done", 0, 0, 5));

    jobs.put(Samples.ended(0, done));
    assertThat(jobs.job("done")).as("whether or not its removal is read").isEmpty();
    jobs.remove("done");

    assertThat(jobs.manifest("done").isEmpty()).isTrue();
    assertThat(jobs.past("done")).contains(Samples.ended(done));
    assertThat(ids(jobs.page(null, "", 10, null))).containsExactly("done");
    assertThat(jobs.counts()).containsOnly(Map.entry(JobStatus.SUCCEEDED, 1));
  }

  @Test
  void aJobWhoseStateIsLostAndThatHasNotLeftIsForgotten() {
    jobs.put(Samples.state("lost", JobStatus.RUNNING, 1));
    jobs.remove("lost");

    assertThat(jobs.past("lost")).isEmpty();
    assertThat(ids(jobs.page(null, "", 10, null))).isEmpty();
    assertThat(jobs.counts()).isEmpty();
  }

  @Test
  void thatAJobHasLeftMayBeReadAfterItsStateIsGoneToo() {
    var done = Samples.state("done", JobStatus.FAILED, 1);
    jobs.put(done);
    jobs.remove("done");
    assertThat(jobs.past("done")).isEmpty();

    jobs.put(Samples.ended(0, done));

    assertThat(jobs.past("done")).contains(Samples.ended(done));
    jobs.remove("done");
    assertThat(jobs.past("done")).as("a removal that is read once more").isPresent();
  }

  @Test
  void aJobWhoseFactsComeBetweenThatItHasLeftAndItsRemovalHasLeft() {
    var done = Samples.state("done", JobStatus.SUCCEEDED, 1);
    jobs.put(Samples.ended(0, done));
    jobs.put(done);
    jobs.remove("done");

    assertThat(jobs.past("done")).contains(Samples.ended(done));
    assertThat(jobs.job("done")).isEmpty();
  }

  @Test
  void jobsThatHaveLeftAreForgottenWithTheirRecord() {
    var a = Samples.state("a", JobStatus.SUCCEEDED, 1);
    var b = Samples.state("b", JobStatus.FAILED, 2);
    jobs.put(Samples.ended(0, a));
    jobs.put(Samples.ended(0, a, b)); // the record is written anew until it is full
    jobs.put(Samples.ended(1, Samples.state("c", JobStatus.CANCELLED, 3)));

    jobs.removeEnded("/ended/0/0");
    jobs.removeEnded("/ended/0/7");

    assertThat(jobs.past("a")).isEmpty();
    assertThat(jobs.past("b")).isEmpty();
    assertThat(ids(jobs.page(null, "", 10, null))).containsExactly("c");
    assertThat(jobs.counts()).containsOnly(Map.entry(JobStatus.CANCELLED, 1));
  }

  @Test
  void aLaterJobOfAnIdStaysWhenItIsForgottenThatTheEarlierHasEnded() {
    jobs.put(Samples.ended(0, Samples.state("a", JobStatus.SUCCEEDED, 1)));
    jobs.put(Samples.state("a", JobStatus.RUNNING, 50));
    assertThat(jobs.past("a")).isEmpty();

    jobs.removeEnded("/ended/0/0");

    assertThat(jobs.job("a")).isPresent();
    assertThat(ids(jobs.page(JobStatus.RUNNING, "", 10, null))).containsExactly("a");
  }

  @Test
  void theBoundCountsJobsThatHaveLeftToo() {
    jobs.put(Samples.ended(0, state("a", 1), state("b", 2)));
    jobs.put(state("c", 3));
    assertThat(jobs.put(Samples.ended(0, state("a", 1), state("b", 2), state("d", 4))))
        .containsExactly("a");
    assertThat(jobs.put(state("e", 5))).containsExactly("b");

    assertThat(jobs.past("b")).isEmpty();
    assertThat(ids(jobs.page(null, "", 10, null))).containsExactly("e", "d", "c");
    assertThat(jobs.counts()).containsOnly(Map.entry(JobStatus.SUCCEEDED, 3));
  }

  @Test
  void pagesGoOverJobsThatHaveLeftAndThoseThatHaveNot() {
    jobs.put(Samples.state("ab-3", JobStatus.RUNNING, 30));
    jobs.put(Samples.ended(0, state("ab-1", 10), state("b", 15), state("ab-2", 20)));

    var first = jobs.page(null, "", 2, null);
    assertThat(ids(first)).containsExactly("ab-3", "ab-2");
    assertThat(ids(jobs.page(null, "", 2, first.next()))).containsExactly("b", "ab-1");
    var begun = jobs.page(null, "ab", 2, null);
    assertThat(ids(begun)).containsExactly("ab-1", "ab-2");
    assertThat(ids(jobs.page(null, "ab", 2, begun.next()))).containsExactly("ab-3");
    assertThat(ids(jobs.page(JobStatus.SUCCEEDED, "ab", 9, null))).containsExactly("ab-1", "ab-2");
    assertThat(ids(jobs.page(JobStatus.SUCCEEDED, "", 9, null)))
        .containsExactly("ab-2", "b", "ab-1");
    assertThat(jobs.counts())
        .containsOnly(Map.entry(JobStatus.RUNNING, 1), Map.entry(JobStatus.SUCCEEDED, 3));
    assertThat(jobs.active()).extracting(Job::jobId).containsExactly("ab-3");
  }

  @Test
  void aViewThatIsReadAnewKnowsWhichJobsHaveLeft() {
    jobs.put(Samples.ended(0, state("before", 1)));
    var newer = jobs.anew();
    newer.put(Samples.ended(0, state("a", 2)));

    jobs.replaceWith(newer);

    assertThat(jobs.past("before")).isEmpty();
    assertThat(jobs.past("a")).isPresent();
    jobs.removeEnded("/ended/0/0");
    assertThat(jobs.past("a")).isEmpty();
  }

  private static Job state(String jobId, long submittedMs) {
    return Samples.state(jobId, JobStatus.SUCCEEDED, submittedMs);
  }

  private static ManifestChunk range(String jobId, int chunk, long rowFrom, long rowTo) {
    return new ManifestChunk(
        jobId,
        chunk,
        List.of(new ResultRange(0, 0, 1, rowFrom, rowTo, "", "attempt-1")),
        Measured.NOTHING);
  }

  private static List<String> ids(JobsView.Page page) {
    return page.jobIds();
  }
}
