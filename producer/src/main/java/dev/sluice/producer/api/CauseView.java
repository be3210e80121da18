package dev.sluice.producer.api;

import dev.sluice.producer.spec.ApiWords;
import dev.sluice.schemas.wire.Cause;

/**
 * Why something did not work.
 *
 * @param code what kind of problem it is, for programs: see {@code schemas/codes.md}
 * @param fault bad-input, our-fault or no-capacity
 * @param where path in the document, row of a file, task; empty where there is no place
 * @param what what is wrong, in one sentence
 * @param why why it is wrong, in one sentence; may be empty
 * @param mend how to mend it, in one sentence; may be empty
 */
public record CauseView(
    String code, String fault, String where, String what, String why, String mend) {

  /** The view of a cause. */
  public static CauseView of(Cause cause) {
    return new CauseView(
        ApiWords.of(cause.code()),
        ApiWords.of(cause.fault()),
        cause.where(),
        cause.what(),
        cause.why(),
        cause.mend());
  }
}
