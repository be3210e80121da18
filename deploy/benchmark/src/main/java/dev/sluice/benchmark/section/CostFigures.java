package dev.sluice.benchmark.section;

import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;

/** Processor time of broker, services and workers together. */
final class CostFigures implements BenchSection {
  private static final int HIDDEN = 2048;
  private static final int BATCH = 256;
  private static final int ROWS = 4;
  private static final int CLIENTS = 16;
  private static final int UNDER_WAY = 128;
  private static final double GB = 1e9;
  private static final double THOUSAND = 1_000;

  /** Steps in a second that the job is made for. */
  private static final int GUESS = 3;

  @Override
  public String name() {
    return "cost";
  }

  @Override
  public String title() {
    return "processor time of a cluster of 2 workers, its broker included";
  }

  @Override
  public void run(BenchContext context, Found found)
      throws IOException, SluiceException, InterruptedException {
    var cluster = context.cluster(BenchContext.Kind.USUAL);
    var digits = cluster.client().upload(context.digits()).artifact();
    int bytes = BenchJobs.bytes(HIDDEN);
    var bare =
        found.attempt(
            "bare log",
            () -> {
              double before = cluster.cpuSeconds();
              var exchanged = TrainingFigures.exchange(context, cluster, 1, bytes);
              double taken = cluster.cpuSeconds() - before + exchanged.cpuSeconds();
              return taken / (2.0 * bytes * exchanged.allSteps() / GB);
            });
    var training = found.attempt("training", () -> training(context, cluster, digits, bytes));
    if (training != null) {
      found.add(
          BenchRow.of("training 64-2048-2048-10, batch 256", training, "CPU s/GB")
              .against("bare log, one trip, no computing", bare, "no figure")
              .noted("a GB of gradients that workers send; all that follows from it included"));
    }
    var model = BenchJobs.model(cluster.client(), digits, 64, "bench-cost");
    var document = BenchJobs.withRows(context.digits(), model, ROWS, "");
    var queue =
        found.attempt(
            "bare queue",
            () -> {
              double before = cluster.cpuSeconds();
              var queued = JobFigures.queue(context, cluster, document);
              double taken = cluster.cpuSeconds() - before + queued.cpuSeconds();
              return THOUSAND * taken / queued.records();
            });
    var jobs = found.attempt("jobs", () -> jobs(context, cluster, document));
    if (jobs != null) {
      found.add(
          BenchRow.of("jobs that have their 4 rows themselves, over HTTP", jobs, "CPU s/1,000")
              .against("bare producer and share consumer", queue, "no figure"));
    }
    context.release();
  }

  private static double training(
      BenchContext context, BenchCluster cluster, String digits, int bytes) throws SluiceException {
    long steps = Math.max(10, (long) (context.seconds() * GUESS));
    double before = cluster.cpuSeconds();
    var _ =
        BenchJobs.run(
            cluster.client(), BenchJobs.training(digits, HIDDEN, BATCH, steps, "bench-cost-wide"));
    return (cluster.cpuSeconds() - before) / (2.0 * bytes * steps / GB);
  }

  private static double jobs(BenchContext context, BenchCluster cluster, String document)
      throws IOException, InterruptedException {
    double before = cluster.cpuSeconds();
    var streamed =
        JobStream.run(
            cluster,
            CLIENTS,
            UNDER_WAY,
            context.seconds(),
            () -> cluster.client().submit(document, BenchJobs.JSON, null).jobId());
    return THOUSAND * (cluster.cpuSeconds() - before) / streamed.jobs();
  }
}
