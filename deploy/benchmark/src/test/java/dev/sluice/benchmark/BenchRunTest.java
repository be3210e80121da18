package dev.sluice.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.benchmark.section.BenchContext;
import dev.sluice.benchmark.section.BenchSection;
import dev.sluice.benchmark.section.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BenchRunTest {
  private final AtomicLong nanos = new AtomicLong();
  private final BenchRun run =
      new BenchRun(new BenchContext(Path.of("sluice"), Path.of("."), 1, 1), _ -> {}, nanos::get);

  @Test
  void aSectionThatFailsSaysSoAndTheRestGoesOn() throws Exception {
    var report =
        run.of(
            List.of(
                section(
                    "first",
                    found -> {
                      found.add(BenchRow.of("kept", 1, "s"));
                      throw new IOException("no broker");
                    }),
                section("second", found -> found.add(BenchRow.of("there", 2, "s")))));
    assertThat(report.failed()).isTrue();
    var first = report.sections().get(0);
    assertThat(first.rows()).extracting(BenchRow::what).containsExactly("kept", "first");
    assertThat(first.rows().get(1).note()).contains("no broker");
    assertThat(report.sections().get(1).failed()).isFalse();
  }

  @Test
  void whatThereIsNoTimeForIsNotRun() throws Exception {
    var report =
        run.of(
            List.of(
                section("long", found -> nanos.addAndGet(Duration.ofMinutes(14).toNanos())),
                section("late", found -> found.add(BenchRow.of("never", 1, "s")))));
    assertThat(report.failed()).isTrue();
    assertThat(report.sections().get(1).rows())
        .singleElement()
        .satisfies(row -> assertThat(row.note()).contains("time"));
    assertThat(report.seconds()).isEqualTo(14 * 60);
  }

  private interface Body {
    void run(Found found) throws IOException;
  }

  private static BenchSection section(String name, Body body) {
    return new BenchSection() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String title() {
        return name;
      }

      @Override
      public void run(BenchContext context, Found found) throws IOException {
        body.run(found);
      }
    };
  }
}
