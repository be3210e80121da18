package dev.sluice.benchmark.age;

import dev.sluice.benchmark.process.HttpTimes;
import dev.sluice.benchmark.process.TimedProcess;
import dev.sluice.producer.spec.FileReference;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Unplaceable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What jobs that have ended cost whoever starts. Two clusters, on this machine and at one time: one
 * has had a few jobs, the other these and many more, which no lane could do. Coordinator, producer
 * and worker are started against both in turns, each a process of its own, first when the many have
 * just left the states, then when the broker has compacted what they left there. No test: it prints
 * figures. Run it from the project's folder. Options: {@code --jobs} (200000) and {@code --runs}
 * (5).
 */
public final class PastJobsBenchmark {

  private static final Path JOB_FILES = Path.of("deploy", "quickstart.d");

  /** As many as the first page of the list shows, and some. */
  private static final int FEW = 60;

  private static final int PAGE = 50;

  /** Jobs that are asked for, each twice. */
  private static final int ASKED = 10;

  private static final String COORDINATOR = "coordinator: start until it has the ledger";
  private static final String PRODUCER = "producer: start until it lists jobs";
  private static final String WORKER = "worker: start until its first heartbeat";

  private static final Duration LEAVE_MAX = Duration.ofMinutes(20);
  private static final Duration COMPACTED_MAX = Duration.ofMinutes(10);
  private static final long NUDGE_MS = 2_000;

  private final PrintStream out = System.out;
  private final int many;
  private final int runs;
  private final JobSpec training;
  private final AgedCluster few;
  private final AgedCluster aged;

  private PastJobsBenchmark(
      int many, int runs, JobSpec training, AgedCluster few, AgedCluster aged) {
    this.many = many;
    this.runs = runs;
    this.training = training;
    this.few = few;
    this.aged = aged;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    var options = new HashMap<>(Map.of("--jobs", 200_000, "--runs", 5));
    for (int i = 0; i < args.length; i += 2) {
      if (!options.containsKey(args[i]) || i + 1 == args.length) {
        throw new IllegalArgumentException("Options are --jobs N and --runs N.");
      }
      options.put(args[i], Integer.parseInt(args[i + 1]));
    }
    var directory = Files.createTempDirectory("sluice-past-jobs");
    try (var few = AgedCluster.in(directory.resolve("few"));
        var aged = AgedCluster.in(directory.resolve("aged"))) {
      new PastJobsBenchmark(
              options.getOrDefault("--jobs", 1),
              options.getOrDefault("--runs", 1),
              training(),
              few,
              aged)
          .run();
    } finally {
      remove(directory);
    }
    Runtime.getRuntime().exit(0); // the brokers leave threads behind
  }

  private void run() throws IOException, InterruptedException {
    for (var cluster : List.of(few, aged)) {
      live(cluster);
    }
    load();
    out.printf(Locale.ROOT, "When they have just left, nothing of theirs being compacted:%n");
    measure();
    compact();
    out.printf(Locale.ROOT, "When what they left is compacted:%n");
    measure();
  }

  /** Trains, answers, and refuses a few. */
  private void live(AgedCluster cluster) throws IOException, InterruptedException {
    cluster.startCoordinator();
    cluster.startProducer();
    cluster.startWorker();
    cluster.runFile(JOB_FILES.resolve("train.yaml"));
    cluster.runFile(JOB_FILES.resolve("infer.yaml"));
    cluster.submit(nowhere(training), FEW);
  }

  private void load() {
    long beganNanos = System.nanoTime();
    aged.submit(nowhere(training), many);
    out.printf(
        Locale.ROOT, "%,d submissions are in the log after %.0f s%n", many, seconds(beganNanos));
    int real = 2;
    few.awaitLeft(real + FEW, LEAVE_MAX, left -> {});
    aged.awaitLeft(
        real + FEW + many, LEAVE_MAX, left -> out.printf(Locale.ROOT, "  %,d have left%n", left));
    out.printf(
        Locale.ROOT,
        "%,d jobs have ended and left for the history after %.0f s%n",
        many,
        seconds(beganNanos));
  }

  /** What is written now closes the segments before it; only those are compacted. */
  private void compact() throws IOException, InterruptedException {
    long beganNanos = System.nanoTime();
    var never = new CountDownLatch(1);
    var clusters = List.of(few, aged);
    for (var cluster : clusters) {
      cluster.compactSoon();
      cluster.startCoordinator();
    }
    var ofFew = new HashSet<>(few.jobs());
    var ofAged = new HashSet<>(aged.jobs());
    while (few.recordsOf(ofFew) + aged.recordsOf(ofAged) > 0) {
      if (System.nanoTime() - beganNanos > COMPACTED_MAX.toNanos()) {
        throw new IllegalStateException(
            aged.recordsOf(ofAged) + " records of jobs that have left are still there");
      }
      clusters.forEach(cluster -> cluster.submit(nowhere(training), Topic.JOBS.partitions()));
      var _ = never.await(NUDGE_MS, TimeUnit.MILLISECONDS);
    }
    clusters.forEach(AgedCluster::stop);
    out.printf(
        Locale.ROOT,
        "The broker has compacted them after %.0f s, made to do it soon%n",
        seconds(beganNanos));
  }

  private void measure() throws IOException, InterruptedException {
    var figures = new LinkedHashMap<String, Figure>();
    for (int run = 0; run < runs; run++) {
      measure(few, figures, Figure::ofFew);
      measure(aged, figures, Figure::ofAged);
    }
    out.printf(
        Locale.ROOT,
        "%-66s %12s %14s %8s%n",
        "",
        "a few",
        String.format(Locale.ROOT, "and %,d", many),
        "ratio");
    figures.forEach(
        (what, figure) -> {
          double first = median(figure.ofFew);
          double second = median(figure.ofAged);
          out.printf(
              Locale.ROOT,
              "%-66s %12s %14s %8.2f%n",
              what,
              text(first),
              text(second),
              second / first);
        });
    out.printf(
        Locale.ROOT,
        "Medians of %d runs in turns; the worst against %,d: coordinator %s, producer %s, worker"
            + " %s ms%n",
        runs,
        many,
        worst(figures, COORDINATOR),
        worst(figures, PRODUCER),
        worst(figures, WORKER));
  }

  /** What was measured, run by run. */
  private record Figure(List<Double> ofFew, List<Double> ofAged) {}

  private interface Side {
    List<Double> of(Figure figure);
  }

  private void measure(AgedCluster cluster, Map<String, Figure> figures, Side side)
      throws IOException, InterruptedException {
    cluster.stop();
    var owner = cluster.size(Topic.JOB_STATES, Topic.JOB_FACTS);
    var joiner = cluster.size(Topic.CONTROLS, Topic.JOB_FACTS);
    add(figures, side, COORDINATOR, cluster.startCoordinator());
    add(figures, side, "  sluice.job-states and -facts", owner);
    add(figures, side, PRODUCER, cluster.startProducer());
    add(figures, side, "GET /v1/jobs, the first answer, ms", get(cluster, "?limit=" + PAGE));
    add(figures, side, "GET /v1/jobs, again, ms", get(cluster, "?limit=" + PAGE));
    var cold = new ArrayList<Double>();
    var warm = new ArrayList<Double>();
    int lost = 0;
    for (var jobId : asked(cluster.jobs().subList(0, cluster == few ? FEW : FEW + many))) {
      try {
        cold.add(get(cluster, "/" + jobId));
        warm.add(get(cluster, "/" + jobId));
      } catch (IllegalStateException e) {
        lost++;
        out.printf(Locale.ROOT, "%s%n", String.valueOf(e.getMessage()));
      }
    }
    add(figures, side, "GET /v1/jobs/{id}, other answers than 200", lost);
    add(figures, side, "GET /v1/jobs/{id}, not asked for before, ms", median(cold));
    add(figures, side, "GET /v1/jobs/{id}, again, ms", median(warm));
    add(figures, side, WORKER, cluster.startWorker());
    add(figures, side, "  sluice.controls and -facts", joiner);
    var resident = cluster.residentMiB();
    add(figures, side, "resident memory of the coordinator, MiB", resident.get(0));
    add(figures, side, "resident memory of the producer, MiB", resident.get(1));
    add(figures, side, "resident memory of the worker, MiB", resident.get(2));
    cluster.stop();
  }

  private static void add(
      Map<String, Figure> figures, Side side, String what, TimedProcess.Taken taken) {
    add(figures, side, what + ", ms", millis(taken.nanos()));
    add(
        figures,
        side,
        what.replaceFirst(":.*", "") + ": processor time for that, ms",
        millis(taken.cpuNanos()));
  }

  private static void add(
      Map<String, Figure> figures, Side side, String what, AgedCluster.Size size) {
    add(figures, side, what + ", records", (double) size.records());
    add(figures, side, what + ", KiB", size.bytes() / 1024.0);
    add(figures, side, what + ", read by a warm consumer, ms", millis(size.nanos()));
  }

  private static void add(Map<String, Figure> figures, Side side, String what, double value) {
    var figure =
        figures.computeIfAbsent(what, w -> new Figure(new ArrayList<>(), new ArrayList<>()));
    side.of(figure).add(value);
  }

  private static double get(AgedCluster cluster, String rest)
      throws IOException, InterruptedException {
    return millis(HttpTimes.nanos(cluster.server().resolve("/v1/jobs" + rest)));
  }

  /** Some of a cluster's jobs, the last ones as well as the first. */
  private static List<String> asked(List<String> jobs) {
    return Stream.iterate(0, at -> at + jobs.size() / ASKED).limit(ASKED).map(jobs::get).toList();
  }

  /** The quickstart's training job; nobody reads its data. */
  private static JobSpec training() throws IOException {
    if (!(JobFile.parse(Files.readString(JOB_FILES.resolve("train.yaml")))
        instanceof JobFileResult.Parsed parsed)) {
      throw new IllegalStateException("the quickstart's job is wrong");
    }
    var digests = new HashMap<FileReference, String>();
    parsed.files().forEach(file -> digests.put(file, "sha256:" + "0".repeat(64)));
    return parsed.resolve(digests);
  }

  /** The same job for a lane that nobody has declared. */
  private static JobSpec nowhere(JobSpec job) {
    return new JobSpec(
        job.tenant(),
        job.name(),
        job.priority(),
        List.of("nowhere"),
        Unplaceable.REFUSE,
        job.work(),
        job.wishes());
  }

  private static String worst(Map<String, Figure> figures, String what) {
    var figure = figures.get(what + ", ms");
    return figure == null
        ? ""
        : text(figure.ofAged.stream().mapToDouble(Double::doubleValue).max().orElse(0));
  }

  private static double median(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }

  private static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
