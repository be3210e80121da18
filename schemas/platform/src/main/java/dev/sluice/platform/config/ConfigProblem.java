package dev.sluice.platform.config;

import dev.sluice.schemas.wire.Cause;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that can't be used, with everything that is wrong about it. */
public final class ConfigProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Cause> problems;

  /**
   * @param problems at least one
   */
  public ConfigProblem(List<Cause> problems) {
    super(problems.stream().map(p -> p.what() + " " + p.mend()).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, why, and how to mend it. */
  public List<Cause> problems() {
    return problems;
  }
}
