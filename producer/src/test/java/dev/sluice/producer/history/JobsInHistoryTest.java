package dev.sluice.producer.history;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.Samples;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Jobs are put together from their own records alone, whatever stands beside them. */
class JobsInHistoryTest {

  private static final byte[] GARBAGE = "garbage".getBytes(StandardCharsets.UTF_8);

  private final Codec codec = Codec.builtIn();
  private final List<ConsumerRecord<String, ByteBuffer>> log = new ArrayList<>();
  private long bytes;

  @Test
  void aJobIsFoundWithItsFactsAndItsResults() {
    var job = inference("i", 1);
    archive(job, chunk("i", 0, 0, 2), chunk("i", 1, 2, 4));
    var all = read(Samples.ended(job));

    var found = requireNonNull(all.found().get("i"));
    assertThat(found.job().job()).isEqualTo(stored(job));
    assertThat(found.job().manifest().covers(4)).isTrue();
    assertThat(found.bytes()).isEqualTo(bytes);
    assertThat(all.missing()).isEmpty();
  }

  @Test
  void ofManyThoseThatAreLookedForAreFound() {
    var wanted = new ArrayList<EndedJob>();
    for (int i = 0; i < 10; i++) {
      var job = Samples.state("j" + i, JobStatus.FAILED, i);
      archive(job);
      if (i % 3 == 0) {
        wanted.add(Samples.ended(job));
      }
    }
    wanted.add(Samples.ended(Samples.state("nowhere", JobStatus.FAILED, 1)));
    var all = read(wanted.toArray(EndedJob[]::new));

    assertThat(all.found()).containsOnlyKeys("j0", "j3", "j6", "j9");
    assertThat(all.missing()).extracting(EndedJob::jobId).containsExactly("nowhere");
  }

  @Test
  void aJobOfWhichAFactIsMissingIsNotFound() {
    var job = inference("i", 1);
    archive(job, chunk("i", 0, 0, 4));
    log.removeIf(record -> record.key().equals(FactPart.FOUND.key("i")));

    assertThat(read(Samples.ended(job)).found()).isEmpty();
    assertThat(read(Samples.ended(job)).missing()).hasSize(1);
  }

  @Test
  void aJobIsFoundOnceItsLastRecordIsRead() {
    var job = Samples.state("j", JobStatus.SUCCEEDED, 1);
    archive(job);
    var all = new JobsInHistory(codec, List.of(Samples.ended(job)));

    log.subList(0, log.size() - 1).forEach(all::take);
    assertThat(all.found()).isEmpty();
    all.take(log.getLast());
    assertThat(all.found()).containsOnlyKeys("j");
  }

  @Test
  void nothingOfAnEarlierJobOfItsIdIsTakenForItsOwn() {
    archive(inference("i", 1), chunk("i", 0, 0, 4), chunk("i", 1, 4, 8));
    var later = inference("i", 5_000);
    archive(later, chunk("i", 0, 0, 4));

    var found = requireNonNull(read(Samples.ended(later)).found().get("i")).job();

    assertThat(found.job()).isEqualTo(stored(later));
    assertThat(found.manifest().covers(4)).isTrue();
  }

  @Test
  void aLaterJobOfItsIdIsNotTakenForIt() {
    var earlier = inference("i", 1);
    archive(earlier, chunk("i", 0, 0, 4));
    archive(Samples.state("i", JobStatus.FAILED, 5_000));

    assertThat(requireNonNull(read(Samples.ended(earlier)).found().get("i")).job().job())
        .isEqualTo(stored(earlier));
  }

  @Test
  void aStateThatEndedOtherwiseIsNotTheJobs() {
    var job = Samples.state("j", JobStatus.SUCCEEDED, 1);
    var other = Samples.state("j", JobStatus.FAILED, 1); // of the same times
    archive(other);

    assertThat(read(Samples.ended(job)).found()).isEmpty();
    archive(job);
    assertThat(read(Samples.ended(job)).found()).containsOnlyKeys("j");
  }

  @Test
  void whatOtherProgramsWriteBetweenIsPassedOver() {
    var job = inference("i", 1);
    long endedMs = left(job);
    archive(job, chunk("i", 0, 0, 4));
    var mine = List.copyOf(log);
    log.clear();
    for (var record : mine) {
      write(endedMs, record.key(), GARBAGE);
      write(endedMs, record.key(), null);
      write(endedMs, record.key() + "x", GARBAGE);
      log.add(withoutKey(endedMs));
      log.add(record);
      write(endedMs, "other", encoded(chunk("i", 7, 9, 10)));
    }
    write(endedMs, "i/0", encoded(chunk("another", 0, 0, 9)));

    var found = requireNonNull(read(Samples.ended(job)).found().get("i")).job();
    assertThat(found.job()).isEqualTo(stored(job));
    assertThat(found.manifest().covers(4)).isTrue();
  }

  @Test
  void aRecordUnderTheKeyOfAnotherIsNone() {
    var job = inference("i", 1);
    archive(job, chunk("i", 0, 0, 4));
    // Before its state, so that they would count.
    var state = log.removeLast();
    write(left(job), "i/1", encoded(chunk("another", 1, 4, 8)));
    write(left(job), "i/spec", codec.encode(Samples.facts(other()).getFirst()));
    log.add(state);

    var found = requireNonNull(read(Samples.ended(job)).found().get("i")).job();
    assertThat(found.job()).isEqualTo(stored(job));
    assertThat(found.manifest().ranges()).hasSize(1);
  }

  // --------------------------------------------------------------------------------------- helpers

  private JobsInHistory read(EndedJob... wanted) {
    var all = new JobsInHistory(codec, List.of(wanted));
    log.forEach(all::take);
    return all;
  }

  private static long left(Job job) {
    return Samples.ended(job).leftMs();
  }

  /** As the ledger does it: the state last, and all with the time at which it left. */
  private void archive(Job job, ManifestChunk... chunks) {
    for (var fact : Samples.facts(job)) {
      write(left(job), FactPart.key(fact), codec.encode(fact));
    }
    for (var chunk : chunks) {
      write(left(job), StateKeys.of(chunk), encoded(chunk));
    }
    write(left(job), job.jobId(), encoded(Samples.stored(job)));
  }

  private byte[] encoded(StoredState state) {
    return codec.encode(new StateRecord(state));
  }

  private void write(long atMs, String key, byte @Nullable [] value) {
    bytes += value == null ? 0 : value.length;
    log.add(record(atMs, key, value));
  }

  private ConsumerRecord<String, ByteBuffer> withoutKey(long atMs) {
    return record(atMs, null, GARBAGE);
  }

  private ConsumerRecord<String, ByteBuffer> record(
      long atMs, @Nullable String key, byte @Nullable [] value) {
    return new ConsumerRecord<>(
        Topic.JOB_HISTORY.topicName(),
        0,
        log.size(),
        atMs,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        value == null ? null : ByteBuffer.wrap(value),
        new RecordHeaders(),
        Optional.empty());
  }

  private static Job inference(String jobId, long submittedMs) {
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a", "b", "c"), 3);
    return Samples.state(
        jobId,
        "",
        Samples.job(Samples.inference()),
        JobStatus.SUCCEEDED,
        submittedMs,
        null,
        Samples.inferenceDone(facts),
        null);
  }

  private static Job other() {
    return Samples.state("another", JobStatus.FAILED, 1);
  }

  /** A job with the digests of its facts. */
  private static Job stored(Job job) {
    return job.withFacts(Samples.stored(job).facts());
  }

  private static ManifestChunk chunk(String jobId, int number, long rowFrom, long rowTo) {
    var range = new ResultRange(0, 0, 1, rowFrom, rowTo, "", "attempt-1");
    return new ManifestChunk(jobId, number, List.of(range), Measured.NOTHING);
  }
}
