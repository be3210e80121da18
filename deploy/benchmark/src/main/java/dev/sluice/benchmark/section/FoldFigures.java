package dev.sluice.benchmark.section;

import dev.sluice.benchmark.kernel.CodecBenchmark;
import dev.sluice.benchmark.kernel.Kernels;
import dev.sluice.benchmark.kernel.SumBenchmark;
import dev.sluice.benchmark.kernel.UpdateBenchmark;
import dev.sluice.benchmark.report.BenchRow;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The loops of the gradient fold, beside what memory allows. */
final class FoldFigures implements BenchSection {
  private static final double GB = 1e9;

  /** There are eleven loops, each of which warms up, too. */
  private static final double PART = 0.4;

  @Override
  public String name() {
    return "fold";
  }

  @Override
  public String title() {
    return "sums of 8 contributions of 100 MiB, and updates of 100 MiB, one thread";
  }

  @Override
  public void run(BenchContext context, Found found) throws InterruptedException {
    context.release(); // memory is what is measured
    var sums = measured(context, found, SumBenchmark.class);
    var updates = measured(context, found, UpdateBenchmark.class);
    var codecs = measured(context, found, CodecBenchmark.class);
    if (sums != null) {
      sums(sums, updates, found);
    }
    if (updates != null) {
      update("SGD with momentum", "sgd", "plainOneMoment", updates, found);
      update("AdamW", "adamW", "plainTwoMoments", updates, found);
    }
    if (codecs != null) {
      codec("bf16", codecs, found);
      codec("int8", codecs, found);
    }
  }

  private static @Nullable Map<String, Double> measured(
      BenchContext context, Found found, Class<?> type) throws InterruptedException {
    var log = context.directory().resolve(type.getSimpleName() + ".log");
    return found.attempt(
        type.getSimpleName(), () -> Kernels.run(type, context.seconds() * PART, log));
  }

  private static void sums(
      Map<String, Double> sums, @Nullable Map<String, Double> updates, Found found) {
    double limit = rate(sums, "plainSum");
    found.add(
        BenchRow.of("sum over the tree, as contributions come", rate(sums, "treeSum"), "GB/s")
            .against("one loop over 8 vectors", limit));
    found.add(
        BenchRow.of("checksums of contributions", rate(sums, "checksums"), "GB/s")
            .against("one loop over 8 vectors", limit)
            .noted("CRC-32C, when a contribution arrives"));
    var update = updates == null ? null : updates.get("plainOneMoment");
    var one = sums.get("plainSum");
    var checked = sums.get("checksums");
    Double all =
        update == null || one == null || checked == null
            ? null
            : SumBenchmark.BYTES / GB / (checked + one + update);
    found.add(
        BenchRow.of("step of all blocks: checksums, sum, SGD", rate(sums, "fold"), "GB/s")
            .against("the three, each as a plain loop", all, "no figure"));
  }

  private static double rate(Map<String, Double> seconds, String name) {
    return SumBenchmark.BYTES / GB / of(seconds, name);
  }

  private static void update(
      String what, String name, String limit, Map<String, Double> seconds, Found found) {
    found.add(
        BenchRow.of("update: " + what, UpdateBenchmark.FLOATS / GB / of(seconds, name), "G/s")
            .against("additions, same vectors", UpdateBenchmark.FLOATS / GB / of(seconds, limit))
            .noted("a billion parameters a second"));
  }

  private static void codec(String name, Map<String, Double> seconds, Found found) {
    found.add(
        BenchRow.of("reading " + name, CodecBenchmark.BYTES / GB / of(seconds, name), "GB/s")
            .against("reading fp32", CodecBenchmark.BYTES / GB / of(seconds, "fp32"))
            .noted("of floats"));
  }

  private static double of(Map<String, Double> seconds, String name) {
    var found = seconds.get(name);
    if (found == null) {
      throw new IllegalStateException("JMH has not run " + name);
    }
    return found;
  }
}
