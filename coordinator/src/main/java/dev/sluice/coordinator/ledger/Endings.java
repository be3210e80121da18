package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobStatus;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How jobs end, and what is said of it. */
final class Endings {

  private Endings() {}

  /** Brings a job to a terminal state, and everyone who works for it to a stop. */
  static void end(JobDraft job, JobStatus status, @Nullable Cause cause) {
    job.status = status;
    job.cause = cause;
    job.open.clear();
    if (!job.lane.isEmpty() && status != JobStatus.SUCCEEDED) { // its place went to its version
      ModelNames.giveUpPlace(job);
    }
    job.epoch++;
    job.turn.send(
        new Effect.Control(new JobControl(job.jobId, job.epoch, Command.STOP, job.submittedMs)));
    if (job.training != null) {
      job.turn.send(new Effect.Fold(job.jobId, new FoldStopped(status.name())));
    }
  }

  /** Ends a job whose task is out of attempts; the task goes to the dead letters. */
  static void bury(JobDraft job, Cause cause) {
    job.turn.send(new Effect.Bury(letter(job.jobId, cause)));
    end(job, JobStatus.FAILED, cause);
  }

  static DeadLetter letter(String jobId, Cause cause) {
    return DeadLetter.without("", -1, jobId, DeadLetterReason.OUT_OF_ATTEMPTS, cause);
  }

  /** Facts of a job can't be read. */
  static Cause unreadable(boolean lost) {
    return new Cause(
        Code.FACTS_LOST,
        Topic.JOB_FACTS.topicName(),
        "What is known of the job can't be read any more.",
        "Another program has overwritten its records, and the broker has compacted away what was"
            + " there."
            + (lost ? " What was asked for is not known either, so the job is lost." : ""),
        "Submit it again, and keep other programs from writing to this topic.");
  }

  /** About an event that was read, and is of no job. */
  static DeadLetter unprocessable(Cause cause) {
    return DeadLetter.without("", -1, "", DeadLetterReason.UNPROCESSABLE, cause);
  }

  /** One cause that says all of them. */
  static Cause cause(List<Cause> problems) {
    var first = problems.getFirst();
    if (problems.size() == 1) {
      return first;
    }
    var all =
        problems.stream()
            .map(p -> p.where() + ": " + p.what() + " " + p.mend())
            .collect(Collectors.joining(" "));
    return new Cause(
        Problems.code(problems),
        "",
        "The job has " + problems.size() + " problems.",
        all,
        first.mend());
  }
}
