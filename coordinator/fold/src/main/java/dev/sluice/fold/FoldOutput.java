package dev.sluice.fold;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.ParameterBlock;

/** What the fold has come to. */
public sealed interface FoldOutput {

  /**
   * A generation of a block's parameters.
   *
   * @param jobId job
   * @param block block
   * @param number which generation
   * @param values the parameters, until whoever is told returns: later ones may take their place
   * @param awaited whether workers wait for it, and don't come to it by themselves
   * @param last whether no generation will follow
   */
  @SuppressWarnings("ArrayRecordComponent") // a block of a megabyte is not boxed; never compared
  record Generation(
      String jobId, int block, long number, float[] values, boolean awaited, boolean last)
      implements FoldOutput {

    /** The record that publishes it. */
    public ParameterBlock published() {
      var payload = Vectors.bytes(values);
      return new ParameterBlock(jobId, block, number, Vectors.crc32c(payload), payload);
    }
  }

  /**
   * The state of a block, for workers that go on to fold by themselves.
   *
   * @param snapshot the state
   */
  record State(BlockSnapshot snapshot) implements FoldOutput {}

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
