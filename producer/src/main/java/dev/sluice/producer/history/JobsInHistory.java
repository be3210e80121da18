package dev.sluice.producer.history;

import dev.sluice.jobs.state.JobJoin;
import dev.sluice.producer.view.Manifest;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.ValidationCurve;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Puts jobs together from their records in the history, where a job's own state is the last of them
 * and all carry the time at which it left. What is no record of a job that is looked for is passed
 * over, whoever wrote it: that of an earlier job of its id carries another time.
 */
final class JobsInHistory {

  /** A job that was found, and what it takes as it is stored. */
  record Found(KnownJob job, long bytes) {}

  private final Codec codec;
  private final Map<String, EndedJob> wanted = new TreeMap<>();
  private final Map<String, Found> found = new HashMap<>();
  private final JobJoin join = new JobJoin();
  private final Map<String, Manifest> manifests = new HashMap<>();
  private final Map<String, Long> bytes = new HashMap<>();

  JobsInHistory(Codec codec, Collection<EndedJob> wanted) {
    this.codec = codec;
    wanted.forEach(job -> this.wanted.put(job.jobId(), job));
  }

  /** Jobs that were looked for and have not been found. */
  Collection<EndedJob> missing() {
    return wanted.values();
  }

  Map<String, Found> found() {
    return found;
  }

  /** Takes a record over, in the order of the log. */
  void take(ConsumerRecord<String, ByteBuffer> record) {
    var key = record.key();
    var value = record.value();
    var job = key == null ? null : wanted.get(FactPart.jobId(key));
    if (key == null || value == null || job == null || record.timestamp() != job.leftMs()) {
      return;
    }
    if (job.prediction()) {
      ended(job, value);
      return;
    }
    bytes.merge(job.jobId(), (long) value.remaining(), Long::sum);
    if (FactPart.at(key).isPresent()) {
      if (codec.decode(JobFacts.class, value) instanceof Decoded.Message<JobFacts>(var facts)
          && FactPart.key(facts).equals(key)) {
        var _ = join.take(facts);
      }
      return;
    }
    if (codec.decode(StateRecord.class, value)
        instanceof Decoded.Message<StateRecord>(StateRecord(var stored))) {
      switch (stored) {
        case ManifestChunk chunk when chunk.jobId().equals(job.jobId()) ->
            manifests.merge(
                job.jobId(), Manifest.EMPTY.with(chunk), (before, any) -> before.with(chunk));
        case ValidationCurve curve when curve.jobId().equals(job.jobId()) -> {
          var _ = join.take(curve);
        }
        case JobState state when isOf(state, job) -> end(state);
        default -> {}
      }
    }
  }

  private void ended(EndedJob job, ByteBuffer value) {
    long size = value.remaining();
    if (codec.decode(EndedPrediction.class, value)
            instanceof Decoded.Message<EndedPrediction>(var ended)
        && ended.jobId().equals(job.jobId())
        && ended.submittedMs() == job.submittedMs()
        && ended.status() == job.status()) {
      found.put(job.jobId(), new Found(KnownJob.of(ended.detached()), size));
      wanted.remove(job.jobId());
    }
  }

  private static boolean isOf(JobState state, EndedJob job) {
    return state.jobId().equals(job.jobId())
        && state.submittedMs() == job.submittedMs()
        && state.finishedMs() == job.finishedMs()
        && state.status() == job.status();
  }

  private void end(JobState state) {
    var jobId = state.jobId();
    Optional.of(state)
        .flatMap(join::take)
        .ifPresent(
            job -> {
              var manifest = manifests.getOrDefault(jobId, Manifest.EMPTY);
              found.put(
                  jobId, new Found(new KnownJob(job, manifest), bytes.getOrDefault(jobId, 0L)));
              wanted.remove(jobId);
            });
    join.forget(jobId);
  }
}
