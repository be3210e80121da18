package dev.sluice.benchmark;

import dev.sluice.benchmark.report.BenchReport;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.benchmark.report.Machine;
import dev.sluice.benchmark.report.SectionFigures;
import dev.sluice.benchmark.section.BenchContext;
import dev.sluice.benchmark.section.BenchSection;
import dev.sluice.benchmark.section.Found;
import dev.sluice.deploy.Sluice;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** One section after the other, within the time that all of them have. */
final class BenchRun {
  private static final Duration RUN_MAX = Duration.ofMinutes(14);
  private static final Duration SECTION_MAX = Duration.ofMinutes(6);

  /** Until a section that is told to stop has let go of what it uses. */
  private static final Duration STOP_MAX = Duration.ofSeconds(20);

  private final BenchContext context;
  private final Consumer<String> news;
  private final LongSupplier nanos;

  /**
   * @param context where sections measure
   * @param news is told what is measured now
   */
  BenchRun(BenchContext context, Consumer<String> news) {
    this(context, news, System::nanoTime);
  }

  BenchRun(BenchContext context, Consumer<String> news, LongSupplier nanos) {
    this.context = context;
    this.news = news;
    this.nanos = nanos;
  }

  /** Runs them. */
  BenchReport of(List<BenchSection> sections) throws InterruptedException {
    var taken = ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
    var machine = Machine.here(); // before the load is ours
    long begunNanos = nanos.getAsLong();
    var all = new ArrayList<SectionFigures>();
    for (var section : sections) {
      long leftNanos = RUN_MAX.toNanos() - (nanos.getAsLong() - begunNanos);
      all.add(run(section, Math.min(SECTION_MAX.toNanos(), leftNanos)));
    }
    var version = Sluice.class.getPackage().getImplementationVersion();
    return new BenchReport(
        taken.toString(),
        version == null ? "not from a jar" : version,
        machine,
        seconds(begunNanos),
        all);
  }

  private SectionFigures run(BenchSection section, long forNanos) throws InterruptedException {
    var found = new Found(what -> news.accept(section.name() + ": " + what));
    long begunNanos = nanos.getAsLong();
    if (forNanos <= 0) {
      found.add(BenchRow.failed(section.name(), "not run: the time of the whole run was over"));
    } else {
      bounded(section, found, forNanos);
    }
    return new SectionFigures(section.name(), section.title(), found.rows(), seconds(begunNanos));
  }

  private void bounded(BenchSection section, Found found, long forNanos)
      throws InterruptedException {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("section").factory());
    try {
      var running =
          thread.submit(
              () -> {
                section.run(context, found);
                return true;
              });
      var _ = running.get(forNanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      found.add(BenchRow.failed(section.name(), "failed: " + e.getCause()));
      context.release(); // whatever is wrong with it is not the next section's
    } catch (TimeoutException e) {
      found.add(BenchRow.failed(section.name(), "not done within its time"));
      thread.shutdownNow();
      var _ = thread.awaitTermination(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
      context.release();
    } finally {
      thread.shutdownNow();
    }
  }

  private double seconds(long sinceNanos) {
    return (nanos.getAsLong() - sinceNanos) / 1e9;
  }
}
