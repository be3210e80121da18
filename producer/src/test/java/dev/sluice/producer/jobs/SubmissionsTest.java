package dev.sluice.producer.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.schemas.job.Names;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Submitted;
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

    assertThat(state.status()).isEqualTo(JobStatus.PREPARING);
    assertThat(cluster.log.events)
        .singleElement()
        .isInstanceOfSatisfying(
            Submitted.class, submitted -> assertThat(submitted.spec()).isEqualTo(TRAIN));
  }

  @Test
  void withoutAKeyEverySubmissionIsAJobOfItsOwn() {
    assertThat(submissions.submit(TRAIN, null).jobId())
        .isNotEqualTo(submissions.submit(TRAIN, null).jobId());
  }

  @Test
  void theSameKeyAndBodyIsTheSameJobAndIsWrittenOnce() {
    var first = submissions.submit(TRAIN, "key");
    var again = submissions.submit(TRAIN, "key");

    assertThat(again.jobId()).isEqualTo(first.jobId());
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

    assertThat(submissions.cancel(job.jobId(), "enough").status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(cluster.log.events.getLast()).isEqualTo(new CancelRequested(job.jobId(), "enough"));
  }

  @Test
  void cancellingTwiceIsCancellingOnce() {
    var job = submissions.submit(TRAIN, null);
    submissions.cancel(job.jobId(), "enough");

    submissions.cancel(job.jobId(), "enough");

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
