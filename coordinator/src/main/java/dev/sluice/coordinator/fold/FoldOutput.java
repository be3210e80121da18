package dev.sluice.coordinator.fold;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.ParameterBlock;

/** What the fold wants written. */
public sealed interface FoldOutput {

  /**
   * A block of parameters for the workers.
   *
   * @param block the record
   * @param last whether no generation will follow
   */
  record Publish(ParameterBlock block, boolean last) implements FoldOutput {}

  /**
   * A job's progress; not every one needs to be told.
   *
   * @param report the record
   * @param milestone whether an epoch or the whole training ends here: always told
   */
  record Progress(FoldProgressed report, boolean milestone) implements FoldOutput {}

  /**
   * A job can't go on.
   *
   * @param report the record
   */
  record Failure(FoldFailed report) implements FoldOutput {}

  /**
   * A record that can't be folded; it changes nothing.
   *
   * @param jobId job it says it belongs to
   * @param cause what is wrong with it
   */
  record Rejected(String jobId, Cause cause) implements FoldOutput {}
}
