package dev.sluice.producer.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.jobs.rules.Names;
import dev.sluice.jobs.state.Job;
import dev.sluice.platform.artifact.ArtifactStore.Kept;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.view.Manifest;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Submitted;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubmissionsTest {

  private static final JobSpec TRAIN = Samples.job(Samples.training());
  private static final JobSpec INFER = Samples.job(Samples.inference());

  private final FakeCluster cluster = new FakeCluster();
  private final Submissions submissions = cluster.submissions;

  @BeforeEach
  void storeTheDataset() {
    cluster.artifacts.files.put(Samples.DATASET, new byte[] {1});
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void aSubmissionIsAnsweredWithTheLedgersState() {
    var state = submissions.submit(TRAIN, null);

    assertThat(state.job().status()).isEqualTo(JobStatus.PREPARING);
    assertThat(cluster.log.events)
        .singleElement()
        .isInstanceOfSatisfying(
            Submitted.class, submitted -> assertThat(submitted.spec()).isEqualTo(TRAIN));
  }

  @Test
  void aJobForANameThatIsFullNeverReachesTheLog() {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a"), 1);
    for (int version = 1; version < ModelRecord.VERSIONS_MAX; version++) {
      cluster.view.put(Samples.model(version, facts));
    }
    submissions.submit(TRAIN, "fits");
    cluster.log.events.clear();
    cluster.view.put(new ModelPlace("digits", "fits"));

    var problem = problem(() -> submissions.submit(TRAIN, "does not"));
    assertThat(problem.type()).isEqualTo(ProblemType.NAME_FULL.uri());
    assertThat(problem.problems().getFirst().mend()).contains("Delete versions");
    assertThat(cluster.log.events).isEmpty();
    submissions.submit(INFER, "makes none");
    cluster.view.remove("model/digits/7");
    submissions.submit(TRAIN, "fits again");
  }

  @Test
  void aJobWhoseFileIsAboutToBeRemovedIsToldToComeAgain() {
    cluster.artifacts.kept = Kept.GOING;
    var problem = problem(() -> submissions.submit(TRAIN, null));
    assertThat(problem.type()).isEqualTo(ProblemType.BUSY.uri());
    assertThat(problem.detail()).contains("about to be removed");
    assertThat(cluster.log.events).isEmpty();
  }

  @Test
  void aJobThatMakesFilesNeedsRoomForThem() {
    cluster.artifacts.full = true;
    assertThat(problem(() -> submissions.submit(TRAIN, null)).type())
        .isEqualTo(ProblemType.STORE_FULL.uri());
    assertThat(cluster.log.events).isEmpty();
    submissions.submit(INFER, "makes none");
  }

  @Test
  void withoutAKeyEverySubmissionIsAJobOfItsOwn() {
    assertThat(submissions.submit(TRAIN, null).job().jobId())
        .isNotEqualTo(submissions.submit(TRAIN, null).job().jobId());
  }

  @Test
  void theSameKeyAndBodyIsTheSameJobAndIsWrittenOnce() {
    var first = submissions.submit(TRAIN, "key");
    var again = submissions.submit(TRAIN, "key");

    assertThat(again.job().jobId()).isEqualTo(first.job().jobId());
    assertThat(cluster.log.events).hasSize(1);
  }

  @Test
  void theSameKeyWithAnotherBodyIsAConflict() {
    submissions.submit(TRAIN, "key");

    assertThat(problem(() -> submissions.submit(INFER, "key")))
        .extracting(Problem::type)
        .isEqualTo(ProblemType.KEY_REUSED.uri());
  }

  @Test
  void theLedgersFirstBodyCountsEvenWhereThisProducerHadNotSeenItWhenItWrote() {
    // Another producer's submission is decided between this one's look at the view and its write.
    var jobId = JobIds.derived("default", "key");
    cluster.log.ledger =
        event ->
            cluster.view.put(
                Samples.state(jobId, "another", INFER, JobStatus.PREPARING, 1, null, null, null));

    var problem = problem(() -> submissions.submit(TRAIN, "key"));

    assertThat(problem.status()).isEqualTo(409);
  }

  @Test
  void aSilentLedgerIsSaidToHaveTheJobAlready() {
    cluster.log.silenceLedger();

    var problem = problem(() -> submissions.submit(TRAIN, "key"));

    assertThat(problem.status()).isEqualTo(504);
    assertThat(problem.jobId()).isEqualTo(JobIds.derived("default", "key"));
    assertThat(problem.detail()).contains("accepted", "will not be lost", "safe");
  }

  @Test
  void whereTooManyWaitNothingIsAccepted() {
    submissions.submit(TRAIN, "one");
    while (cluster.view.jobs().hasRoom()) {
      var _ = cluster.view.jobs().await("never", job -> true, Duration.ofMinutes(10));
    }

    var refused =
        catchThrowableOfType(ProblemException.class, () -> submissions.submit(TRAIN, "two"));
    assertThat(refused.problem().code()).isEqualTo(ProblemType.BUSY.code());
    assertThat(cluster.log.events).hasSize(1);
  }

  @Test
  void whereItIsKnownWhyTheLedgerIsSilentThatIsSaidInsteadOfAsking() {
    cluster.log.silenceLedger();
    cluster.standstills.add("Partition 2 waits for schema 7.");

    assertThat(problem(() -> submissions.submit(TRAIN, null)).detail())
        .contains("within 300 ms. Partition 2 waits for schema 7. ")
        .doesNotContain("is a coordinator running?");
  }

  @Test
  void aRefusalGivesCauseAndVerdicts() {
    cluster.log.ledgerRefuses = true;

    var problem = problem(() -> submissions.submit(TRAIN, null));

    assertThat(problem.type()).isEqualTo(ProblemType.REFUSED.uri());
    assertThat(problem.problems())
        .extracting(CauseView::what)
        .containsExactly("No lane can train.");
    assertThat(problem.verdicts()).isNotEmpty();
  }

  @Test
  void brokersThatAreAwayAreSaidSoAndNothingIsClaimed() {
    cluster.log.brokersAway = true;

    var problem = problem(() -> submissions.submit(TRAIN, "key"));

    assertThat(problem.status()).isEqualTo(503);
    assertThat(problem.detail()).contains("isn't known whether", "safe");
  }

  @Test
  void aJobWhoseFilesAreNotStoredNeverReachesTheLog() {
    cluster.artifacts.files.clear();

    var problem = problem(() -> submissions.submit(TRAIN, null));

    assertThat(problem.status()).isEqualTo(422);
    assertThat(problem.problems().getFirst().what()).contains(Samples.DATASET);
    assertThat(cluster.log.events).isEmpty();
  }

  @Test
  void cancellingAsksTheLedgerAndWaitsForTheEnd() {
    var job = submissions.submit(TRAIN, null);

    assertThat(submissions.cancel(job.job().jobId(), "enough").job().status())
        .isEqualTo(JobStatus.CANCELLED);
    assertThat(cluster.log.events.getLast())
        .isEqualTo(new CancelRequested(job.job().jobId(), "enough"));
  }

  @Test
  void cancellingTwiceIsCancellingOnce() {
    var job = submissions.submit(TRAIN, null);
    submissions.cancel(job.job().jobId(), "enough");

    submissions.cancel(job.job().jobId(), "enough");

    assertThat(cluster.log.events).hasSize(2);
  }

  @Test
  void whatHasEndedCannotBeCancelled() {
    cluster.view.put(Samples.state("done", JobStatus.SUCCEEDED, 1));

    assertThat(problem(() -> submissions.cancel("done", "")).status()).isEqualTo(409);
    assertThat(problem(() -> submissions.cancel("unknown", "")).status()).isEqualTo(404);
  }

  @Test
  void aJobThatEndsWhileItIsCancelledIsSaidToHaveEnded() {
    cluster.view.put(Samples.state("racing", JobStatus.RUNNING, 1));
    cluster.log.ledger = event -> cluster.view.put(Samples.state("racing", JobStatus.SUCCEEDED, 1));

    var problem = problem(() -> submissions.cancel("racing", "enough"));

    assertThat(problem.status()).isEqualTo(409);
    assertThat(problem.detail()).contains("was not cancelled", "had succeeded before");
  }

  @Test
  void aRepeatOfAJobThatHasLeftGetsItsAnswerAndIsNotWritten() {
    var done = leaves(submissions.submit(TRAIN, "key").job(), JobStatus.SUCCEEDED);
    cluster.log.events.clear();
    cluster.artifacts.files.clear(); // what it read may be gone by now

    assertThat(submissions.submit(TRAIN, "key").job()).isEqualTo(done);

    assertThat(problem(() -> submissions.submit(INFER, "key")).type())
        .isEqualTo(ProblemType.KEY_REUSED.uri());
    assertThat(cluster.log.events).isEmpty();
  }

  @Test
  void aRepeatOfAJobThatHasLeftAndWasRefusedIsRefused() {
    leaves(submissions.submit(TRAIN, "key").job(), JobStatus.REFUSED);

    assertThat(problem(() -> submissions.submit(TRAIN, "key")).type())
        .isEqualTo(ProblemType.REFUSED.uri());
  }

  @Test
  void aRepeatOfAJobThatTheHistoryHasLostIsNotAnotherJob() {
    leaves(submissions.submit(TRAIN, "key").job(), JobStatus.SUCCEEDED);
    cluster.log.events.clear();
    cluster.history.clear();

    assertThat(problem(() -> submissions.submit(TRAIN, "key")).status()).isEqualTo(410);
    assertThat(cluster.log.events).isEmpty();
  }

  @Test
  void aRepeatIsAnsweredThoughTheViewReadsOnlyMeanwhileThatTheJobHasLeft() {
    var jobId = JobIds.derived("default", "key");
    cluster.log.ledger =
        event -> {
          var submitted = (Submitted) event;
          leaves(
              Samples.state(
                  jobId, submitted.bodyDigest(), TRAIN, JobStatus.PREPARING, 1, null, null, null),
              JobStatus.SUCCEEDED);
        };

    assertThat(submissions.submit(TRAIN, "key").job().status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  void aJobThatHasLeftIsNotCancelled() {
    leaves(Samples.state("past", JobStatus.RUNNING, 1), JobStatus.SUCCEEDED);
    leaves(Samples.state("enough", JobStatus.RUNNING, 1), JobStatus.CANCELLED);

    var problem = problem(() -> submissions.cancel("past", "enough"));
    assertThat(problem.type()).isEqualTo(ProblemType.WRONG_STATE.uri());
    assertThat(problem.detail()).contains("had succeeded before");
    assertThat(submissions.cancel("enough", "enough").job().status())
        .isEqualTo(JobStatus.CANCELLED);
    assertThat(cluster.log.events).isEmpty();
  }

  /** The job ends and leaves for the history. */
  private Job leaves(Job job, JobStatus status) {
    var ended =
        Samples.state(
            job.jobId(),
            job.bodyDigest(),
            job.spec(),
            status,
            job.submittedMs(),
            null,
            null,
            job.cause());
    cluster.leave(ended, Manifest.EMPTY);
    return ended;
  }

  @Test
  void tenantAndKeyTogetherMakeTheId() {
    assertThat(JobIds.derived("ab", "c")).isNotEqualTo(JobIds.derived("a", "bc"));
    assertThat(JobIds.derived("a", "k")).isEqualTo(JobIds.derived("a", "k"));
    assertThat(Names.isJobId(JobIds.derived("a", "k"))).isTrue();
    assertThat(Names.isJobId(JobIds.random())).isTrue();
    assertThat(Names.isJobId("../secret")).isFalse();
  }

  private static Problem problem(ThrowingCallable call) {
    return catchThrowableOfType(ProblemException.class, call).problem();
  }
}
