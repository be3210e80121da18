package dev.sluice.benchmark.section;

import dev.sluice.benchmark.bare.BareQueue.Queued;
import dev.sluice.benchmark.peer.BullMq;
import dev.sluice.benchmark.peer.PeerFound;
import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.Task;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Small jobs: how many a cluster of two workers does in a second. */
final class JobFigures implements BenchSection {
  private static final String LIMIT = "bare producer and share consumer";
  private static final String TASKS_LIMIT = "bare producer and share consumer, records of a task";
  private static final String PEER = "BullMQ over Redis, empty jobs";
  private static final String PRODUCER = "bare producer";
  private static final int ROWS = 4;
  private static final int TASKS_LEAST = 1_000;

  /** So many that a job of them takes about as long as the other measurements. */
  private static final double TASKS_PER_SECOND = 4_000;

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
    manyTasks(context, cluster, model, found);
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

  /** One job of many tiny tasks, beside the bare queue with records as large as a task. */
  private static void manyTasks(
      BenchContext context, BenchCluster cluster, String model, Found found)
      throws InterruptedException {
    var client = cluster.client();
    var limit = found.attempt(TASKS_LIMIT, () -> queue(context, cluster, taskBytes()));
    var job =
        found.attempt(
            "one job of many tasks",
            () -> {
              var few = client.upload(context.digits()).artifact();
              var _ = BenchJobs.run(client, BenchJobs.inference(few, model, ROWS)); // to be warm
              int rows = ROWS * (int) Math.max(TASKS_LEAST, TASKS_PER_SECOND * context.seconds());
              var many = BenchJobs.rows(context.digits(), context.directory(), rows);
              var artifact = client.upload(many).artifact();
              return BenchJobs.run(client, BenchJobs.inference(artifact, model, ROWS));
            });
    var tasks = job == null ? null : job.inference();
    var took = tasks == null ? null : tasks.seconds();
    if (tasks != null && took != null && took > 0) {
      var what = "one job of " + tasks.tasks() + " tasks of " + ROWS + " rows";
      found.add(
          BenchRow.of(what, tasks.tasks() / took, "tasks/s")
              .against(TASKS_LIMIT, limit == null ? null : limit.recordsPerSecond(), "no figure")
              .noted("from the dispatch of its first rows to the last answer"));
    }
  }

  private static int taskBytes() {
    var task =
        new Task("infer-10000", JobIds.random(), 1, 1, "", -1, -1, new Infer(40_000, 40_004));
    return Codec.builtIn().encode(task).length;
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
    return queue(context, cluster, bytes);
  }

  private static Queued queue(BenchContext context, BenchCluster cluster, int bytes)
      throws IOException, InterruptedException {
    return context.bare(
        Queued.class,
        "queue",
        cluster.bootstrapServers(),
        String.valueOf(bytes),
        BenchContext.text(context.seconds()));
  }
}
