package dev.sluice.benchmark.section;

import java.util.List;
import java.util.stream.Stream;

/** The sections, in the order of the report. */
public final class Sections {
  /** Those of a run of which nothing else is asked. */
  public static final List<BenchSection> ALL =
      List.of(
          new TrainingFigures(),
          new JobFigures(),
          new LatencyFigures(),
          new InferenceFigures(),
          new StartFigures(),
          new CostFigures(),
          new FoldFigures());

  /** All that can be asked for: what takes long stands alone. */
  public static final List<BenchSection> ALL_NAMED =
      Stream.concat(ALL.stream(), Stream.of(new EncodingFigures())).toList();

  private Sections() {}
}
