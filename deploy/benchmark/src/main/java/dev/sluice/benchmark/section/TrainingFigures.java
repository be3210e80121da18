package dev.sluice.benchmark.section;

import dev.sluice.benchmark.bare.BareExchange.Exchanged;
import dev.sluice.benchmark.peer.TorchDdp;
import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Synchronous training: two workers, beside what the log allows and what PyTorch does. */
final class TrainingFigures implements BenchSection {
  private static final Duration JOB_MAX = Duration.ofMinutes(3);
  private static final double MB = 1e6;

  /** Below this size a step is bound by latency, and half the bytes change nothing. */
  private static final int HALVED_BYTES_MIN = 500_000;

  /** Fewer steps say little, more than this have been enough. */
  private static final int STEPS_MIN = 20;

  private static final int STEPS_MAX = 5_000;

  private static final List<Size> SIZES =
      List.of(new Size(64, 64, 100), new Size(512, 256, 30), new Size(2048, 256, 3));

  /**
   * A network and its batch.
   *
   * @param hidden units of each of two hidden layers
   * @param batch rows of a step
   * @param guess steps in a second that the first job is made for
   */
  private record Size(int hidden, int batch, int guess) {
    String name() {
      return String.format(Locale.ROOT, "64-%d-%d-10, batch %d", hidden, hidden, batch);
    }

    int bytes() {
      return BenchJobs.bytes(hidden);
    }
  }

  @Override
  public String name() {
    return "training";
  }

  @Override
  public String title() {
    return "synchronous training on the digits, 2 workers, steps/s";
  }

  @Override
  public void run(BenchContext context, Found found)
      throws IOException, SluiceException, InterruptedException {
    var cluster = context.cluster(BenchContext.Kind.USUAL);
    var digits = cluster.client().upload(context.digits()).artifact();
    var ddp = new TorchDdp(context.directory(), context.digits());
    for (var size : SIZES) {
      var ceilings = ceilings(context, cluster, size, found);
      var what = size.name() + ": PyTorch DDP";
      var peer =
          found.attempt(what, () -> ddp.train(size.hidden(), size.batch(), context.seconds()));
      var beside = peer == null ? null : peer.figure("stepsPerSecond");
      var why = peer == null ? "it failed" : peer.whyNot();
      var job =
          found.attempt(
              size.name(),
              () -> {
                var first = train(cluster, digits, size, steps(context, size.guess()));
                found.add(
                    BenchRow.of(size.name() + ": first job", first.whole(), "steps/s")
                        .against("PyTorch DDP", beside, why));
                return train(cluster, digits, size, steps(context, first.whole()));
              });
      if (job != null) {
        var row = BenchRow.of(size.name() + ": second job", job.steady(), "steps/s");
        for (var ceiling : ceilings.entrySet()) {
          row = row.against(ceiling.getKey(), ceiling.getValue());
        }
        found.add(row.against("PyTorch DDP", beside, why));
      }
    }
  }

  private static long steps(BenchContext context, double perSecond) {
    return Math.clamp((long) (context.seconds() * perSecond), STEPS_MIN, STEPS_MAX);
  }

  /** What the bare log does with as many bytes, by its name. */
  private static Map<String, Double> ceilings(
      BenchContext context, BenchCluster cluster, Size size, Found found)
      throws InterruptedException {
    var ceilings = new LinkedHashMap<String, Double>();
    int halves = size.bytes() >= HALVED_BYTES_MIN ? 2 : 1;
    for (int half = 1; half <= halves; half++) {
      for (int trips = 1; trips <= 2; trips++) {
        int bytes = size.bytes() / half;
        var name =
            String.format(
                Locale.ROOT,
                "bare log, %s, %s (%.2f MB)",
                trips == 1 ? "one trip" : "two trips",
                half == 1 ? "fp32" : "bf16",
                bytes / MB);
        int times = trips;
        var exchanged = found.attempt(name, () -> exchange(context, cluster, times, bytes));
        if (exchanged != null) {
          ceilings.put(name, exchanged.perSecond());
        }
      }
    }
    return ceilings;
  }

  /** Measures the bare log. */
  static Exchanged exchange(BenchContext context, BenchCluster cluster, int trips, int bytes)
      throws IOException, InterruptedException {
    return context.bare(
        Exchanged.class,
        "exchange",
        cluster.bootstrapServers(),
        String.valueOf(trips),
        String.valueOf(bytes),
        BenchContext.text(context.seconds()));
  }

  private static TrainingRate train(BenchCluster cluster, String digits, Size size, long steps)
      throws SluiceException {
    var rate = new TrainingRate();
    var document =
        BenchJobs.training(digits, size.hidden(), size.batch(), steps, "bench" + size.hidden());
    var client = cluster.client();
    var job = client.submit(document, BenchJobs.MEDIA_TYPE, null);
    rate.add(BenchJobs.succeeded(client.await(job.jobId(), JOB_MAX, rate::add)));
    return rate;
  }
}
