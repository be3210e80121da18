package dev.sluice.benchmark.section;

import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The figures of a section so far. Safe for use by several threads. */
public final class Found {
  private final List<BenchRow> rows = new ArrayList<>();
  private final Consumer<String> news;

  /**
   * @param news is told what is measured now
   */
  public Found(Consumer<String> news) {
    this.news = news;
  }

  /** A measurement. */
  interface Measuring<T> {
    T take() throws IOException, SluiceException, InterruptedException;
  }

  /** Adds a figure. */
  public synchronized void add(BenchRow row) {
    rows.add(row);
  }

  /** Takes a measurement; what it throws is its figure's note, and the others go on. */
  <T> @Nullable T attempt(String what, Measuring<T> measuring) throws InterruptedException {
    news.accept(what);
    try {
      return measuring.take();
    } catch (IOException | SluiceException | RuntimeException e) {
      add(BenchRow.failed(what, "failed: " + e.getMessage()));
      return null;
    }
  }

  /** All figures, in their order. */
  public synchronized List<BenchRow> rows() {
    return List.copyOf(rows);
  }
}
