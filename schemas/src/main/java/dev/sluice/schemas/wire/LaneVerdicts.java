package dev.sluice.schemas.wire;

import java.util.List;

/**
 * What admission found for the lanes; judged again whenever more is known of a job.
 *
 * @param verdicts for every lane known then
 */
public record LaneVerdicts(List<LaneVerdict> verdicts) implements JobFact {
  public LaneVerdicts {
    verdicts = List.copyOf(verdicts);
  }
}
