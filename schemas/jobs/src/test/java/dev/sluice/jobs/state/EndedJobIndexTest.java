package dev.sluice.jobs.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs in many records are found as if each were in a map. */
class EndedJobIndexTest {

  private static final int RECORD_JOBS = 16;

  private final EndedJobIndex index = new EndedJobIndex();

  @Test
  void nothingIsFoundWhereNothingIs() {
    assertThat(index.find("a")).isEqualTo(EndedJobIndex.NONE);
    index.remove("/ended/0/0");
    index.put("/ended/0/0", record());
    assertThat(index.contains("a")).isFalse();
    assertThat(index.size()).isZero();
    index.remove("/ended/0/0");
    assertThat(index.numbers()).isZero();
  }

  @Test
  void aRecordThatIsWrittenAnewWithMoreLeavesTheNumbersOfItsJobsAsTheyWere() {
    index.put("k", record(job("a", 1)));
    int a = index.find("a");

    index.put("k", record(job("a", 1), job("b", 2)));

    assertThat(index.find("a")).isEqualTo(a);
    assertThat(index.job(index.find("b"))).isEqualTo(job("b", 2));
    assertThat(index.size()).isEqualTo(2);
  }

  @Test
  void aRecordThatIsWrittenAnewWithOtherJobsReplacesAll() {
    index.put("k", record(job("a", 1), job("b", 2)));
    index.put("k", record(job("b", 2), job("c", 3)));
    assertThat(index.contains("a")).isFalse();
    assertThat(index.contains("b")).isTrue();

    index.put("k", record(job("b", 2)));
    assertThat(index.contains("c")).isFalse();
    assertThat(index.size()).isEqualTo(1);
  }

  @Test
  void ofAnIdInSeveralRecordsTheLastCounts() {
    index.put("early", record(job("a", 1)));
    index.put("late", record(job("a", 50)));
    assertThat(index.submittedMs(index.find("a"))).isEqualTo(50);
    assertThat(index.size()).isEqualTo(1);

    index.remove("early");
    assertThat(index.submittedMs(index.find("a"))).isEqualTo(50);
    index.remove("late");
    assertThat(index.contains("a")).isFalse();
  }

  @Test
  void whatIsForgottenStaysSoWhenItsRecordComesAgain() {
    index.put("k", record(job("a", 1)));
    index.forget(index.find("a"));
    index.put("k", record(job("a", 1), job("b", 2)));
    assertThat(index.contains("a")).isFalse();
    assertThat(index.size()).isEqualTo(1);
  }

  @Test
  void whoWatchesAnIdIsToldOnceThatItsJobHasEnded() {
    assertThat(index.put("k", record(job("a", 1)))).isEmpty();
    index.watch("b");
    assertThat(index.put("k", record(job("a", 1), job("b", 2)))).containsExactly(job("b", 2));
    assertThat(index.put("k", record(job("a", 1), job("b", 2), job("c", 3)))).isEmpty();
  }

  @Test
  void idsOfOneDigestAreToldApart() {
    // A false digest: whoever looks for that job does not find it, and no other is harmed.
    var jobs = record(job("a", 1), job("b", 2));
    jobs.columns().putLong(0, EndedJobs.digest(new byte[] {'b'}));
    index.put("k", new EndedJobs(0, 0, jobs.columns(), jobs.ids()));

    assertThat(index.jobId(index.find("b"))).isEqualTo("b");
    assertThat(index.contains("a")).isFalse();
    assertThat(index.size()).isEqualTo(2);
    index.remove("k");
    assertThat(index.size()).isZero();
  }

  @Test
  void howeverMuchComesAndGoesItIsFoundAsInAMap() {
    var random = new SplittableRandom(20_261_130);
    var records = new LinkedHashMap<String, List<EndedJob>>();
    var forgotten = new HashMap<String, Long>();
    int generations = 0;
    for (int step = 0; step < 3_000; step++) {
      var key = "k" + random.nextInt(60);
      int what = random.nextInt(10);
      if (what < 6) {
        var jobs = new ArrayList<>(records.getOrDefault(key, List.of()));
        if (jobs.size() >= RECORD_JOBS) {
          jobs.clear();
          index.remove(key);
        }
        for (int i = random.nextInt(1, 5); i > 0; i--) {
          jobs.add(job("job-" + step + "-" + i, step));
        }
        records.put(key, List.copyOf(jobs));
        index.put(key, record(jobs.toArray(EndedJob[]::new)));
      } else if (what < 8) {
        records.remove(key);
        index.remove(key);
      } else if (!records.getOrDefault(key, List.of()).isEmpty()) {
        var job = Objects.requireNonNull(records.get(key)).getFirst();
        forgotten.put(job.jobId(), job.submittedMs());
        int number = index.find(job.jobId());
        if (number != EndedJobIndex.NONE) {
          index.forget(number);
        }
      }
      if (step % 50 == 0) {
        check(records, forgotten);
      }
      generations = Math.max(generations, index.generation());
    }
    check(records, forgotten);
    assertThat(generations).as("times that all were numbered anew").isGreaterThan(1);
  }

  private void check(Map<String, List<EndedJob>> records, Map<String, Long> forgotten) {
    var expected = new HashMap<String, EndedJob>();
    records.values().forEach(jobs -> jobs.forEach(job -> expected.put(job.jobId(), job)));
    expected.keySet().removeAll(forgotten.keySet());
    assertThat(index.size()).isEqualTo(expected.size());
    for (var job : expected.values()) {
      assertThat(index.job(index.find(job.jobId()))).isEqualTo(job);
    }
    for (var status : EndedJobs.ENDINGS) {
      assertThat(index.count(status))
          .isEqualTo((int) expected.values().stream().filter(j -> j.status() == status).count());
    }
    assertThat(IntStream.range(0, index.numbers()).filter(index::has).mapToObj(index::job).toList())
        .containsExactlyInAnyOrderElementsOf(expected.values());
  }

  private static EndedJobs record(EndedJob... jobs) {
    return EndedJobs.of(0, 0, List.of(jobs));
  }

  private static EndedJob job(String jobId, long submittedMs) {
    var status = EndedJobs.ENDINGS.get((int) submittedMs % EndedJobs.ENDINGS.size());
    return new EndedJob(jobId, status, submittedMs, submittedMs + 1, submittedMs + 2);
  }
}
