package dev.sluice.benchmark.report;

import java.util.List;

/**
 * What a section found.
 *
 * @param section its name
 * @param title what it is about, in a few words
 * @param rows figures in their order
 * @param seconds how long it took
 */
public record SectionFigures(String section, String title, List<BenchRow> rows, double seconds) {
  public SectionFigures {
    rows = List.copyOf(rows);
  }

  /** Whether a figure is missing that should be there. */
  public boolean failed() {
    return rows.stream().anyMatch(BenchRow::failed);
  }
}
