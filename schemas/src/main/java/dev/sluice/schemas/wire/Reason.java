package dev.sluice.schemas.wire;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a lane can't run a job.
 *
 * @param code what kind of reason it is, for programs
 * @param what the reason in plain words and numbers
 */
public record Reason(Code code, String what) {

  /** What several say, one sentence after the other. */
  public static String sentences(List<Reason> reasons) {
    return reasons.stream().map(Reason::what).collect(Collectors.joining(" "));
  }
}
