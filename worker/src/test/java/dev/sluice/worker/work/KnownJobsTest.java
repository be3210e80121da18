package dev.sluice.worker.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.Term;
import dev.sluice.schemas.wire.Unplaceable;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which facts a worker has, and that it computes with no others than a task refers to. */
class KnownJobsTest {

  private static final long SUBMITTED_MS = 1_000;
  private static final long AGAIN_MS = 9_000;
  private static final String RECORD = "/ended/0/0";

  private final KnownJobs jobs = new KnownJobs();
  private final JobFacts first = Job.record("job", SUBMITTED_MS, spec("one"));
  private final JobFacts again = Job.record("job", AGAIN_MS, spec("two"));

  @Test
  void aTaskIsDoneWithTheFactsOfItsJobOnceTheyAreHere() {
    assertThat(jobs.hasFacts(task(first, 0, new Prepare()))).isFalse();
    assertThat(jobs.work(task(first, 0, new Prepare()))).isEmpty();

    jobs.learn(first);

    assertThat(jobs.hasFacts(task(first, 0, new Prepare()))).isTrue();
    assertThat(jobs.work(task(first, 0, new Prepare())))
        .contains(new PrepareWork(spec("one").work(), null));
    assertThat(jobs.hasFacts(task(first, 7, new Infer(0, 4)))).as("no model yet").isFalse();
  }

  @Test
  void aTaskIsNeverDoneWithTheFactsOfAnotherJobOfItsId() {
    jobs.learn(first);
    assertThat(jobs.hasFacts(task(again, 0, new Prepare()))).isFalse();

    jobs.learn(again);
    assertThat(jobs.work(task(again, 0, new Prepare())))
        .contains(new PrepareWork(spec("two").work(), null));
    assertThat(jobs.work(task(first, 0, new Prepare()))).isEmpty();
  }

  @Test
  void factsOfAJobThatHasEndedAreNotKeptWhicheverTopicSaysItFirst() {
    jobs.learn(first);
    jobs.learn(stop(SUBMITTED_MS));
    assertThat(jobs.size()).isZero();

    jobs.learn(first);
    assertThat(jobs.size()).as("its stop was read before").isZero();
    assertThat(jobs.isVoid(task(first, 0, new Prepare()))).isTrue();
  }

  @Test
  void theEndOfAnEarlierJobOfItsIdTakesNothingFromALaterOne() {
    jobs.learn(stop(SUBMITTED_MS));
    jobs.learn(again);
    assertThat(jobs.hasFacts(task(again, 0, new Prepare()))).isTrue();

    jobs.learn(stop(SUBMITTED_MS));
    assertThat(jobs.hasFacts(task(again, 0, new Prepare()))).isTrue();
  }

  @Test
  void tasksOfAJobThatHasLeftAreVoidOnceItsControlIsGone() {
    var task = task(first, 0, new Prepare());
    assertThat(jobs.isVoid(task)).isFalse();

    jobs.learn(stop(SUBMITTED_MS));
    jobs.learn(RECORD, ended(SUBMITTED_MS));
    assertThat(jobs.isVoid(task)).isTrue();
    jobs.forgetControl("job");

    assertThat(jobs.isVoid(task)).isTrue();
    assertThat(jobs.isVoid(new Task("t", "other", 1, 1, "", 1, 0, new Prepare()))).isFalse();
  }

  @Test
  void factsOfAJobThatHasLeftAreNotKeptWhicheverTopicSaysItFirst() {
    jobs.learn(first);
    jobs.learn(RECORD, ended(SUBMITTED_MS));
    assertThat(jobs.size()).isZero();

    jobs.learn(first);
    assertThat(jobs.size()).as("it was read before that it has left").isZero();
  }

  @Test
  void aJobThatIsSubmittedLaterUnderTheIdOfOneThatHasLeftHasItsFactsAndItsControl() {
    jobs.learn(again);
    jobs.learn(RECORD, ended(SUBMITTED_MS));
    assertThat(jobs.hasFacts(task(again, 0, new Prepare()))).isTrue();
    jobs.learn(again);
    assertThat(jobs.hasFacts(task(again, 0, new Prepare()))).isTrue();

    jobs.learn(new JobControl("job", 1, Command.RUN, AGAIN_MS));

    assertThat(jobs.isVoid(task(again, 0, new Prepare()))).isFalse();
  }

  @Test
  void thatAJobHasEndedIsForgottenWithItsRecordAsThatWasAtLast() {
    var other =
        new EndedJob("other", JobStatus.FAILED, SUBMITTED_MS, SUBMITTED_MS + 1, SUBMITTED_MS + 2);
    jobs.learn(RECORD, EndedJobs.of(0, 0, List.of(other)));
    jobs.learn(RECORD, EndedJobs.of(0, 0, List.of(other, ended(SUBMITTED_MS).jobs().getFirst())));
    jobs.learn("/ended/0/1", EndedJobs.of(0, 1, List.of()));
    jobs.forgetEnded("/ended/0/1");
    assertThat(jobs.isVoid(task(first, 0, new Prepare()))).isTrue();

    jobs.forgetEnded(RECORD);

    assertThat(jobs.isVoid(task(first, 0, new Prepare()))).isFalse();
    assertThat(jobs.isVoid(new Task("t", "other", 1, 1, "", 1, 0, new Prepare()))).isFalse();
    jobs.learn(first);
    assertThat(jobs.hasFacts(task(first, 0, new Prepare()))).isTrue();
  }

  @Test
  void aRecordThatIsForgottenTakesNothingFromALaterOneThatNamesTheSameId() {
    jobs.learn(RECORD, ended(SUBMITTED_MS));
    jobs.learn("/ended/0/1", ended(AGAIN_MS));

    jobs.forgetEnded(RECORD);

    assertThat(jobs.isVoid(task(again, 0, new Prepare()))).isTrue();
  }

  @Test
  void whatNoTaskNeedsIsNotKept() {
    jobs.learn(Job.record("job", SUBMITTED_MS, new Cause(Code.DEFECT, "", "it", "", "")));
    assertThat(jobs.size()).isZero();
  }

  @Test
  void factsOfAnotherKindThanATaskNeedsAreNone() {
    jobs.learn(first);
    assertThat(jobs.work(task(first, 0, new Term(0, 1, 0, 1, 1, 1, 1)))).isEmpty();
  }

  private static EndedJobs ended(long submittedMs) {
    var job =
        new EndedJob("job", JobStatus.SUCCEEDED, submittedMs, submittedMs + 1, submittedMs + 2);
    return EndedJobs.of(0, 0, List.of(job));
  }

  private static JobControl stop(long submittedMs) {
    return new JobControl("job", 2, Command.STOP, submittedMs);
  }

  private static Task task(JobFacts spec, long found, TaskAction action) {
    return new Task("t", "job", 1, 1, "", spec.digest(), found, action);
  }

  private static JobSpec spec(String model) {
    var dataset =
        new DatasetSpec(
            "sha256:" + "0".repeat(64),
            null,
            null,
            List.of(),
            Target.CLASSIFICATION,
            0,
            null,
            1,
            Rows.ALL,
            Scaling.NONE,
            Scaling.NONE);
    return new JobSpec(
        "t",
        "",
        Priority.NORMAL,
        List.of(),
        Unplaceable.HOLD,
        new InferenceSpec(model, "1", dataset, 1, List.of()),
        PlacementWishes.NONE);
  }
}
