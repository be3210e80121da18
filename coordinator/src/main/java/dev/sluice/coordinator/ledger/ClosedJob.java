package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ValidationCurve;
import java.util.ArrayList;
import java.util.List;

/**
 * A job that has ended and is still among the states: all records that there are of it.
 *
 * @param state what followed its events
 * @param facts what is known of it; some are missing where they are lost
 * @param curve what held-out rows showed
 * @param chunks its manifest
 */
public record ClosedJob(
    JobState state, List<JobFacts> facts, ValidationCurve curve, List<ManifestChunk> chunks) {
  public ClosedJob {
    facts = List.copyOf(facts);
    chunks = List.copyOf(chunks);
  }

  static ClosedJob of(Job job, List<ManifestChunk> chunks) {
    var facts = new ArrayList<JobFacts>();
    for (var part : FactPart.values()) {
      var fact = job.fact(part);
      if (fact != null) {
        facts.add(new JobFacts(job.jobId(), job.submittedMs(), part.in(job.facts()), fact));
      }
    }
    return new ClosedJob(job.state(), facts, job.curve(), chunks);
  }

  /** Job id. */
  public String jobId() {
    return state.jobId();
  }

  /** What is remembered of it once it has left, at that time. */
  public EndedJob remembered(long leftMs) {
    return new EndedJob(jobId(), state.status(), state.submittedMs(), state.finishedMs(), leftMs);
  }
}
