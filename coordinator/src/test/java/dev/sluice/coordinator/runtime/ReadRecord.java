package dev.sluice.coordinator.runtime;

import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.JobRecord;

/**
 * A record of the first partition of {@code sluice.jobs} that can be read.
 *
 * @param offset where it stands
 * @param appendedMs when a broker appended it
 * @param job what it says
 */
record ReadRecord(long offset, long appendedMs, JobRecord job) implements LogRecord<JobRecord> {

  @Override
  public int leaderEpoch() {
    return Position.NO_EPOCH;
  }

  @Override
  public int bytes() {
    return 1;
  }

  @Override
  public Content<JobRecord> read(long nowMs) {
    return new Content.Message<>(job);
  }

  @Override
  public String place() {
    return Topic.JOBS.topicName() + "/0/" + offset;
  }

  @Override
  public DeadLetter letter(String jobId, DeadLetterReason reason, Cause cause) {
    return DeadLetter.without(Topic.JOBS.topicName(), 0, jobId, reason, cause);
  }
}
