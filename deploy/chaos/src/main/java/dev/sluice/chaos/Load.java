package dev.sluice.chaos;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient.ResultFormat;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobSpec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that run while faults happen: two training jobs and two inference jobs at a time, over and
 * over. Each outcome is compared with that of the same job without faults.
 */
final class Load {

  /**
   * Longest time from acknowledgement to outcome. A fault every few seconds lets a job of 300 steps
   * take five minutes on two busy cores; one that stands still does so for ever.
   */
  private static final Duration JOB_MAX = Duration.ofMinutes(12);

  /** Every such submission is said twice, as by a client that missed the answer. */
  private static final int REPEATED_OF = 3;

  private final Producers producers;
  private final String run;
  private final Map<String, Ended> inPeace = new TreeMap<>();
  private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
  private final List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Integer> inHand = new ConcurrentHashMap<>();
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicInteger rows = new AtomicInteger();
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * What a job came to.
   *
   * @param jobId job id
   * @param bits digest of the parameters, or all answers in order; equal for equal jobs
   * @param samples samples trained on; 0 for inference
   */
  record Ended(String jobId, String bits, long samples) {}

  /**
   * A job that is run again and again.
   *
   * @param blocks blocks of its parameters; 0 where it trains none
   */
  record Task(String name, JobSpec spec, int blocks) {}

  /**
   * @param producers where jobs are submitted
   * @param run a name for this run, in idempotency keys
   */
  Load(Producers producers, String run) {
    this.producers = producers;
    this.run = run;
  }

  /**
   * Runs a job in peace: what every later run of it is compared with.
   *
   * @throws Producers.Unavailable where it does not succeed
   */
  Ended inPeace(Task task) throws Producers.Unavailable, InterruptedException {
    var ended = once(task);
    if (ended == null) {
      throw new Producers.Unavailable(
          String.join("; ", violations), new IllegalStateException(task.name));
    }
    inPeace.put(task.name, ended);
    return ended;
  }

  /** Starts a client that runs a job over and over. */
  void keepRunning(Task task) {
    clients.add(Thread.ofPlatform().name("client-" + task.name).daemon().start(() -> repeat(task)));
  }

  /** Lets the jobs in hand end, and starts no more. */
  void end() throws InterruptedException {
    stopping = true;
    for (var client : clients) {
      client.join();
    }
  }

  /** Training jobs in hand that have a block in one of these partitions of the gradient log. */
  Set<String> training(Set<Integer> partitions) {
    var training = new HashSet<String>();
    inHand.forEach(
        (jobId, blocks) -> {
          for (int block = 0; block < blocks; block++) {
            var key = Topic.blockKey(jobId, block);
            if (partitions.contains(Topic.partition(key, Topic.GRADIENTS.partitions()))) {
              training.add(jobId);
            }
          }
        });
    return training;
  }

  /** Jobs that were acknowledged. */
  List<String> acknowledged() {
    synchronized (acknowledged) {
      return List.copyOf(acknowledged);
    }
  }

  /** Rows that were answered. */
  long rows() {
    return rows.get();
  }

  /** What did not hold. */
  List<String> violations() {
    synchronized (violations) {
      return List.copyOf(violations);
    }
  }

  private void repeat(Task task) {
    try {
      while (!stopping) {
        var ended = once(task);
        var expected = inPeace.get(task.name);
        if (ended != null && expected != null && !ended.bits.equals(expected.bits)) {
          violations.add(
              "%s of job %s differs from that in peace".formatted(task.name, ended.jobId));
        }
        if (ended != null && expected != null && ended.samples != expected.samples) {
          violations.add(
              String.format(
                  Locale.ROOT,
                  "job %s trained on %d samples, and on %d in peace",
                  ended.jobId,
                  ended.samples,
                  expected.samples));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Ended once(Task task) throws InterruptedException {
    try {
      var jobId = submit(task);
      inHand.put(jobId, task.blocks);
      var job = producers.await(jobId, JobView::finished, JOB_MAX);
      inHand.remove(jobId);
      if (!job.status().equals("succeeded")) {
        violations.add("%s, job %s, %s: %s".formatted(task.name, jobId, job.status(), job.cause()));
        return null;
      }
      var model = job.model();
      var training = job.training();
      if (model != null) {
        return new Ended(jobId, model.sha256(), training == null ? 0 : training.samples());
      }
      return new Ended(jobId, answers(job), 0);
    } catch (Producers.Unavailable e) {
      violations.add(task.name + ": " + e.getMessage());
      return null;
    }
  }

  private String submit(Task task) throws Producers.Unavailable, InterruptedException {
    int mine = number.incrementAndGet();
    var key = run + "-" + task.name + "-" + mine;
    var jobId = producers.call(client -> client.submit(task.spec, key)).jobId();
    acknowledged.add(jobId);
    if (mine % REPEATED_OF == 0) {
      var again = producers.call(client -> client.submit(task.spec, key)).jobId();
      if (!again.equals(jobId)) {
        violations.add("key %s led to jobs %s and %s".formatted(key, jobId, again));
      }
    }
    return jobId;
  }

  /** Every answer, in the order of rows; each row must be there once. */
  private String answers(JobView job) throws Producers.Unavailable, InterruptedException {
    var text =
        producers.call(
            client -> {
              var out = new ByteArrayOutputStream();
              client.results(job.jobId(), ResultFormat.NDJSON, out);
              return out.toString(StandardCharsets.UTF_8);
            });
    var lines = text.lines().sorted().toList();
    var inference = job.inference();
    if (inference != null && lines.size() != inference.rows()) {
      violations.add(
          String.format(
              Locale.ROOT,
              "job %s has %d answers for %d rows",
              job.jobId(),
              lines.size(),
              inference.rows()));
    }
    if (lines.stream().distinct().count() != lines.size()) {
      violations.add("job %s answers a row twice".formatted(job.jobId()));
    }
    rows.addAndGet(lines.size());
    return String.join("\n", lines);
  }
}
