package dev.sluice.schemas.wire;

import java.util.List;

/**
 * Whether, and why not, one lane can run a job.
 *
 * @param lane the lane
 * @param verdict chosen, possible or impossible
 * @param reasons all reasons where impossible, in plain words and numbers
 */
public record LaneVerdict(String lane, Verdict verdict, List<String> reasons) {
  public LaneVerdict {
    reasons = List.copyOf(reasons);
  }
}
