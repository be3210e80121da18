package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether, and why not, one lane can run a job.
 *
 * @param lane the lane
 * @param verdict chosen, possible or impossible
 * @param reasons all reasons where impossible
 * @param forecast what the job would take there; null where it is impossible
 */
public record LaneVerdict(
    String lane, Verdict verdict, List<Reason> reasons, @Nullable Forecast forecast) {
  public LaneVerdict {
    reasons = List.copyOf(reasons);
  }
}
