package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.Samples;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Lists and counts are those of a plain list of all jobs, whatever came, left and was forgotten.
 */
class PastJobsInViewTest {

  private static final int FINISHED_MAX = 150;
  private static final int RECORD_JOBS = 16;

  private static final Comparator<Job> NEWEST_FIRST =
      Comparator.comparingLong(Job::submittedMs).thenComparing(Job::jobId).reversed();
  private static final Comparator<Job> FINISHED_FIRST =
      Comparator.comparingLong(Job::finishedMs).thenComparing(Job::jobId);

  private final SplittableRandom random = new SplittableRandom(7);
  private final JobsView view = new JobsView(FINISHED_MAX);
  private final Map<String, Job> expected = new HashMap<>();
  private final List<Job> active = new ArrayList<>();
  private final List<Job> ended = new ArrayList<>();
  private final Map<Integer, List<Job>> records = new HashMap<>();
  private int number;

  @Test
  void listsAndCountsAreThoseOfAllJobs() {
    for (int step = 1; step <= 2_000; step++) {
      change(step);
      if (random.nextInt(20) == 0) {
        check();
      }
    }
    check();
    assertThat(number).as("records").isGreaterThan(20);
  }

  private void change(int step) {
    int what = random.nextInt(20);
    if (what < 9) {
      submit(step);
    } else if (what < 14 && !active.isEmpty()) {
      end(active.remove(random.nextInt(active.size())));
    } else if (what < 19 && !ended.isEmpty()) {
      leave();
    } else if (number > 3) {
      forget(random.nextInt(number - 1));
    }
  }

  private void submit(int step) {
    var prefix = random.nextInt(2) == 0 ? "a-long-beginning-" : "b";
    var jobId = prefix + random.nextInt(1_000_000);
    var job = Samples.state(jobId, JobStatus.RUNNING, step - random.nextInt(40));
    active.add(job);
    put(job);
  }

  private void end(Job job) {
    var status = EndedJobs.ENDINGS.get(random.nextInt(EndedJobs.ENDINGS.size()));
    var over = Samples.state(job.jobId(), status, job.submittedMs());
    ended.add(over);
    put(over);
  }

  /** The oldest leave, into the record that is open. */
  private void leave() {
    int count = Math.min(ended.size(), random.nextInt(1, 4));
    for (int i = 0; i < count; i++) {
      if (records.getOrDefault(number, List.of()).size() == RECORD_JOBS) {
        number++;
      }
      var job = ended.removeFirst();
      records.computeIfAbsent(number, none -> new ArrayList<>()).add(job);
      view.put(Samples.ended(number, records.get(number).toArray(Job[]::new)));
      if (random.nextInt(4) > 0) {
        view.remove(job.jobId()); // a slow reader misses some
      }
    }
  }

  private void forget(int record) {
    var some = records.remove(record);
    if (some != null) {
      view.removeEnded(StateKeys.ended(0, record));
      some.forEach(job -> expected.remove(job.jobId()));
    }
  }

  private void put(Job job) {
    view.put(job);
    expected.put(job.jobId(), job);
    var over =
        expected.values().stream()
            .filter(one -> JobsView.isTerminal(one.status()))
            .sorted(FINISHED_FIRST)
            .toList();
    over.subList(0, Math.max(0, over.size() - FINISHED_MAX))
        .forEach(
            first -> {
              expected.remove(first.jobId());
              ended.remove(first);
            });
  }

  private void check() {
    var counts = new EnumMap<JobStatus, Integer>(JobStatus.class);
    expected.values().forEach(job -> counts.merge(job.status(), 1, Integer::sum));
    assertThat(view.counts()).isEqualTo(counts);
    check(null, "", NEWEST_FIRST);
    for (var status : JobStatus.values()) {
      check(status, "", NEWEST_FIRST);
    }
    check(null, "a-long-beginning-4", Comparator.comparing(Job::jobId));
    check(JobStatus.FAILED, "a", Comparator.comparing(Job::jobId));
    check(null, "b1", Comparator.comparing(Job::jobId));
    check(null, "c", Comparator.comparing(Job::jobId));
    for (var some : records.values()) {
      for (var job : some) {
        assertThat(view.past(job.jobId()).isPresent()).isEqualTo(expected.containsKey(job.jobId()));
        assertThat(view.job(job.jobId())).isEmpty();
      }
    }
  }

  private void check(@Nullable JobStatus status, String prefix, Comparator<Job> order) {
    var wanted =
        expected.values().stream()
            .filter(job -> status == null || job.status() == status)
            .filter(job -> job.jobId().startsWith(prefix))
            .sorted(order)
            .map(Job::jobId)
            .toList();
    var found = new ArrayList<String>();
    String after = null;
    do {
      var page = view.page(status, prefix, 7, after);
      found.addAll(page.jobIds());
      after = page.next();
    } while (after != null);
    assertThat(found).isEqualTo(wanted);
  }
}
