package dev.sluice.benchmark.section;

import dev.sluice.benchmark.bare.BarePingPong.Hop;
import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.process.Outcomes;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.benchmark.report.Statistics;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Small jobs at a fixed rate: how long each takes. */
final class LatencyFigures implements BenchSection {
  /** Submission, task, report, outcome: the fewest records that follow one another. */
  private static final int HOPS = 4;

  private static final double P50 = 0.5;
  private static final double P99 = 0.99;
  private static final Duration DRAIN_MAX = Duration.ofSeconds(60);
  private static final int ROWS = 4;

  /** Jobs of so many seconds are not counted. */
  private static final int WARM_SECONDS = 2;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String title() {
    return "inference jobs that have their 4 rows themselves, at a fixed rate, 2 workers";
  }

  @Override
  public void run(BenchContext context, Found found)
      throws IOException, SluiceException, InterruptedException {
    var cluster = context.cluster(BenchContext.Kind.USUAL);
    var client = cluster.client();
    var digits = client.upload(context.digits()).artifact();
    var model = BenchJobs.model(client, digits, 64, "bench-latency");
    var document = BenchJobs.withRows(context.digits(), model, ROWS, "");
    var hop =
        found.attempt(
            "bare ping-pong",
            () ->
                context.bare(
                    Hop.class,
                    "ping-pong",
                    cluster.bootstrapServers(),
                    BenchContext.text(context.seconds())));
    var rate = String.format(Locale.ROOT, "at %d jobs/s", context.ratePerSecond());
    var taken = found.attempt(rate, () -> measure(context, cluster, document));
    if (taken == null) {
      return;
    }
    rows(rate + ", submitted to accepted (HTTP)", taken.accepted(), null, 0, found);
    rows(rate + ", submitted to succeeded", taken.ended(), hop, HOPS, found);
  }

  private static void rows(String what, List<Double> ms, @Nullable Hop hop, int hops, Found found) {
    var limit = "bare ping-pong x " + hops + " hops";
    var p50 = BenchRow.of(what + ", p50", Statistics.percentile(ms, P50), "ms");
    var p99 = BenchRow.of(what + ", p99", Statistics.percentile(ms, P99), "ms");
    found.add(hop == null ? p50 : p50.against(limit, hops * hop.p50Ms()));
    found.add(hop == null ? p99 : p99.against(limit, hops * hop.p99Ms()));
  }

  private record Taken(List<Double> accepted, List<Double> ended) {}

  /** A job's times count from when it was due, so that a client that is held up hides nothing. */
  private static Taken measure(BenchContext context, BenchCluster cluster, String document)
      throws IOException, InterruptedException {
    int count = (int) ((WARM_SECONDS + 2 * context.seconds()) * context.ratePerSecond());
    long periodNanos = TimeUnit.SECONDS.toNanos(1) / context.ratePerSecond();
    var due = new ConcurrentHashMap<String, Long>();
    var accepted = new ConcurrentHashMap<String, Double>();
    var failed = new AtomicReference<@Nullable Exception>();
    try (var outcomes = new Outcomes(cluster.kafka(), () -> {});
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      long begunNanos = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long dueNanos = begunNanos + i * periodNanos;
        TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
        boolean counts = i >= WARM_SECONDS * context.ratePerSecond();
        var _ =
            clients.submit(
                () -> {
                  try {
                    var jobId = cluster.client().submit(document, BenchJobs.JSON, null).jobId();
                    if (counts) {
                      due.put(jobId, dueNanos);
                      accepted.put(jobId, (System.nanoTime() - dueNanos) / 1e6);
                    }
                  } catch (SluiceException | RuntimeException e) {
                    failed.set(e);
                  }
                });
      }
      boolean all = outcomes.await(count, DRAIN_MAX);
      var why = failed.get();
      if (why != null || !all) {
        throw new IOException(
            why == null
                ? outcomes.count() + " of " + count + " jobs ended in time"
                : String.valueOf(why.getMessage()));
      }
      return new Taken(List.copyOf(accepted.values()), milliseconds(outcomes, due));
    }
  }

  private static List<Double> milliseconds(Outcomes outcomes, Map<String, Long> due) {
    var ended = new HashMap<>(outcomes.of(due.keySet()));
    var all = new ArrayList<Double>();
    due.forEach(
        (jobId, dueNanos) -> {
          var end = ended.get(jobId);
          if (end != null) {
            all.add((end.nanos() - dueNanos) / 1e6);
          }
        });
    return all;
  }
}
