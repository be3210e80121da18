package dev.sluice.benchmark.section;

import java.util.List;

/** Every section, in the order of the report. */
public final class Sections {
  /** All of them. */
  public static final List<BenchSection> ALL =
      List.of(
          new TrainingFigures(),
          new JobFigures(),
          new LatencyFigures(),
          new InferenceFigures(),
          new StartFigures(),
          new CostFigures());

  private Sections() {}
}
