package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.Fault;
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
  static void end(JobDraft job, JobStatus status, @Nullable Cause cause, Decision decision) {
    job.status = status;
    job.cause = cause;
    job.open.clear();
    if (!job.lane.isEmpty()) {
      job.epoch++;
      decision.send(new Effect.Control(new JobControl(job.jobId, job.epoch, Command.STOP)));
    }
    if (job.training != null) {
      decision.send(new Effect.Fold(job.jobId, new FoldStopped(status.name())));
    }
  }

  /** Ends a job whose task is out of attempts; the task goes to the dead letters. */
  static void bury(JobDraft job, Cause cause, Decision decision) {
    decision.send(new Effect.Bury(letter(job.jobId, cause)));
    end(job, JobStatus.FAILED, cause, decision);
  }

  private static DeadLetter letter(String jobId, Cause cause) {
    return DeadLetter.without("", -1, jobId, DeadLetterReason.OUT_OF_ATTEMPTS, cause);
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
        Fault.BAD_INPUT, "", "The job has " + problems.size() + " problems.", all, first.mend());
  }
}
