package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.ModelVersionView;
import dev.sluice.schemas.wire.JobSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers join and leave, and become slow, while a job trains, and its parameters are those of the
 * undisturbed run. How long training paused is logged, and not asserted.
 */
@ExtendWith(Cluster.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ElasticityIT {
  private static final Logger LOG = LoggerFactory.getLogger(ElasticityIT.class);

  private static final String MODEL = "elastic";
  private static final int WORKERS = 8;

  /** Long enough for eight workers to start in the middle. */
  private static final int EPOCHS = 320;

  /** So short that a worker that is stopped for it keeps its tasks. */
  private static final long STOPPED_MS = 1_000;

  private static final int STOPS_MAX = 60;

  private static final Pattern TERM_BEGINS =
      Pattern.compile("Task (term-\\S+) of job (\\S+) begins");
  private static final Pattern TERM_ENDS = Pattern.compile("Task (term-\\S+) of job (\\S+) ends");

  private static final Pattern READY = Pattern.compile("serves lane");
  private static final Pattern ANYTHING = Pattern.compile("");

  private JobSpec spec;
  private ModelVersionView reference;

  @BeforeAll
  void oneWorkerTrainsTheReference(Cluster cluster) throws Exception {
    var job = TestJobs.quickstart(cluster.client(), EPOCHS, MODEL);
    spec = TestJobs.ofShards(job, WORKERS);
    cluster.workers(1);
    var jobId = cluster.client().submit(spec, null).jobId();
    reference = model(cluster.succeeded(jobId));
  }

  @Test
  void workersJoinAndLeaveInMidTrainingFromOneToEightToOne(Cluster cluster) throws Exception {
    cluster.workers(1);
    var jobId = cluster.client().submit(spec, null).jobId();
    try (var generations = new Generations(cluster, jobId)) {
      cluster.eventually("training has begun", () -> generations.newest() > 0);
      long joiningMs = System.currentTimeMillis();
      var joined = new ArrayList<Integer>();
      for (int workers = 2; workers <= WORKERS; workers *= 2) {
        while (joined.size() < workers - 1) {
          joined.add(cluster.addWorker());
        }
        cluster.eventually(
            "each of " + workers + " workers has ended a term",
            () -> workers(cluster, TERM_ENDS, jobId).containsAll(joined));
      }
      assertThat(cluster.client().job(jobId).status())
          .as("the job is longer than eight workers take to start")
          .isEqualTo("running");
      long leavingMs = System.currentTimeMillis();
      cluster.leave(joined);
      long leftMs = System.currentTimeMillis();
      expectSameBits(cluster.succeeded(jobId));
      log(generations, joiningMs, leavingMs, leftMs);
      joined.forEach(number -> logStart(cluster, number));
    }
  }

  @Test
  void theTermOfAWorkerThatIsSlowRunsASecondTime(Cluster cluster) throws Exception {
    cluster.workers(2);
    var jobId = cluster.client().submit(spec, null).jobId();
    long slow = List.copyOf(cluster.workers().values()).getLast();
    try (var generations = new Generations(cluster, jobId)) {
      cluster.eventually("training has begun", () -> generations.newest() > 0);
      for (int stop = 0; stop < STOPS_MAX && termsOfTwo(cluster, jobId).isEmpty(); stop++) {
        try (var _ = cluster.pause(List.of(slow))) {
          long until = System.nanoTime() + STOPPED_MS * 1_000_000;
          cluster.eventually("it was slow for a while", () -> System.nanoTime() >= until);
        }
        long newest = generations.newest();
        cluster.eventually("training goes on", () -> generations.newest() > newest);
      }
    }
    assertThat(termsOfTwo(cluster, jobId)).as("terms that two workers had").isNotEmpty();
    assertThat(cluster.workers()).as("none of them died").hasSize(2);
    expectSameBits(cluster.succeeded(jobId));
  }

  /** Terms of a job that more than one worker has begun. */
  private static Set<String> termsOfTwo(Cluster cluster, String jobId) {
    return cluster.said().stream()
        .map(said -> term(TERM_BEGINS, said, jobId))
        .filter(term -> !term.isEmpty())
        .distinct()
        .collect(
            Collectors.groupingBy(
                term -> term.substring(term.indexOf(' ') + 1), Collectors.counting()))
        .entrySet()
        .stream()
        .filter(term -> term.getValue() > 1)
        .map(term -> term.getKey())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Workers whose output says so of a term of the job. */
  private static Set<Integer> workers(Cluster cluster, Pattern what, String jobId) {
    return cluster.said().stream()
        .filter(said -> !term(what, said, jobId).isEmpty())
        .map(Cluster.Said::worker)
        .collect(Collectors.toSet());
  }

  /** Worker and term that a line is about; empty: it is about something else. */
  private static String term(Pattern what, Cluster.Said said, String jobId) {
    var found = what.matcher(said.line());
    return found.find() && found.group(2).equals(jobId) ? said.worker() + " " + found.group(1) : "";
  }

  private static void log(Generations generations, long joiningMs, long leavingMs, long leftMs) {
    var joins = generations.longest(joiningMs, leavingMs).orElseThrow();
    var leaves = generations.longest(leavingMs, leftMs).orElseThrow();
    LOG.info(
        "Between two generations: {} ms as a rule; at most {} ms while workers joined ({} s) and"
            + " {} ms while they left ({} s).",
        generations.medianMs(),
        joins.ms(),
        (leavingMs - joiningMs) / 1_000,
        leaves.ms(),
        (leftMs - leavingMs) / 1_000);
    LOG.info("These gaps ended at {} and {} ms since the epoch.", joins.toMs(), leaves.toMs());
  }

  private static void logStart(Cluster cluster, int number) {
    LOG.info(
        "Worker {} began its first term {} ms after it was ready, which took {} ms.",
        number,
        (saidFirst(cluster, number, TERM_BEGINS) - saidFirst(cluster, number, READY)) / 1_000_000,
        (saidFirst(cluster, number, READY) - saidFirst(cluster, number, ANYTHING)) / 1_000_000);
  }

  private static long saidFirst(Cluster cluster, int number, Pattern what) {
    return cluster.said().stream()
        .filter(said -> said.worker() == number && what.matcher(said.line()).find())
        .mapToLong(Cluster.Said::nanos)
        .min()
        .orElseThrow();
  }

  private void expectSameBits(JobView job) {
    assertThat(model(job).sha256()).isEqualTo(reference.sha256());
    assertThat(model(job).metrics()).isEqualTo(reference.metrics());
  }

  private static ModelVersionView model(JobView job) {
    return Cluster.present(job.model());
  }
}
