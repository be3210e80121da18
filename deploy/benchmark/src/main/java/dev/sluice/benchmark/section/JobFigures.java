package dev.sluice.benchmark.section;

import dev.sluice.benchmark.bare.BareQueue.Queued;
import dev.sluice.benchmark.peer.BullMq;
import dev.sluice.benchmark.peer.PeerFound;
import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Small jobs: how many a cluster of two workers does in a second. */
final class JobFigures implements BenchSection {
  private static final String LIMIT = "bare producer and share consumer";
  private static final String PEER = "BullMQ over Redis, empty jobs";
  private static final String PRODUCER = "bare producer";
  private static final int ROWS = 4;
  private static final int HTTP_CLIENTS = 128;
  private static final int HTTP_UNDER_WAY = 128;
  private static final int RAW_CLIENTS = 1;
  private static final int RAW_UNDER_WAY = 8_192;

  @Override
  public String name() {
    return "jobs";
  }

  @Override
  public String title() {
    return "inference jobs that have their 4 rows themselves, 2 workers, to their terminal state";
  }

  @Override
  public void run(BenchContext context, Found found)
      throws IOException, SluiceException, InterruptedException {
    var cluster = context.cluster(BenchContext.Kind.SMALL_TASKS);
    var client = cluster.client();
    double seconds = context.seconds();
    var digits = client.upload(context.digits()).artifact();
    var model = BenchJobs.model(client, digits, 64, "bench-jobs");
    var document = BenchJobs.withRows(context.digits(), model, ROWS, "");
    var limit = found.attempt(LIMIT, () -> queue(context, cluster, document));
    var beside = limit == null ? null : limit.recordsPerSecond();
    var written = limit == null ? null : limit.writtenPerSecond();
    var bull = found.attempt(PEER, () -> BullMq.run(context.directory(), seconds));
    var peer = bull == null ? PeerFound.absent("it failed") : bull;

    JobStream.Submit overHttp = () -> client.submit(document, BenchJobs.JSON, null).jobId();
    // The way that is measured first must not be the one that warms the cluster up.
    var _ =
        found.attempt(
            "warm-up",
            () -> JobStream.run(cluster, HTTP_CLIENTS, HTTP_UNDER_WAY, seconds, overHttp));
    var http =
        found.attempt(
            "over HTTP",
            () -> JobStream.run(cluster, HTTP_CLIENTS, HTTP_UNDER_WAY, 2 * seconds, overHttp));
    if (http != null) {
      found.add(against("over HTTP", http.jobsPerSecond(), "jobs/s", beside, peer));
    }
    var raw =
        found.attempt(
            "over Kafka",
            () -> {
              try (var jobs = new RawJobs(cluster.kafka(), document)) {
                return JobStream.run(
                    cluster, RAW_CLIENTS, RAW_UNDER_WAY, 2 * seconds, jobs::submit);
              }
            });
    if (raw != null) {
      found.add(against("over Kafka", raw.jobsPerSecond(), "jobs/s", beside, peer));
    }
    var many = BenchJobs.inference(digits, model, ROWS);
    var job = found.attempt("one job of many tasks", () -> BenchJobs.run(client, many));
    var tasks = job == null ? null : job.inference();
    var took = tasks == null ? null : tasks.seconds();
    if (tasks != null && took != null && took > 0) {
      found.add(
          BenchRow.of("one job of " + tasks.tasks() + " tasks", tasks.tasks() / took, "tasks/s")
              .against(LIMIT, beside, "no figure"));
    }
    // Last: these stay in the ledger.
    var held = BenchJobs.withRows(context.digits(), model, ROWS, BenchJobs.NOWHERE);
    var alone =
        found.attempt(
            "submission alone",
            () ->
                JobStream.alone(
                    HTTP_CLIENTS,
                    seconds / 2,
                    () -> client.submit(held, BenchJobs.JSON, null).jobId()));
    if (alone != null) {
      found.add(
          BenchRow.of("submission alone, over HTTP", alone, "jobs/s")
              .against(PRODUCER, written, "no figure")
              .against(PEER, peer.figure("submittedPerSecond"), peer.whyNot())
              .noted(
                  "until the ledger has accepted the job, which no worker runs; "
                      + HTTP_CLIENTS
                      + " clients"));
    }
    context.release();
  }

  private static BenchRow against(
      String what, double value, String unit, @Nullable Double limit, PeerFound peer) {
    return BenchRow.of(what, value, unit)
        .against(LIMIT, limit, "no figure")
        .against(PEER, peer.figure("jobsPerSecond"), peer.whyNot());
  }

  /** Measures the bare queue with records as large as a submission. */
  static Queued queue(BenchContext context, BenchCluster cluster, String document)
      throws IOException, InterruptedException {
    int bytes;
    try (var jobs = new RawJobs(cluster.kafka(), document)) {
      bytes = jobs.bytes();
    }
    return context.bare(
        Queued.class,
        "queue",
        cluster.bootstrapServers(),
        String.valueOf(bytes),
        BenchContext.text(context.seconds()));
  }
}
