package dev.sluice.coordinator.fold;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a fold goes on after a takeover, by its checkpoint and the log that there is.
 *
 * @param nextOffset offset of the next record to fold
 * @param loss what the jobs with blocks here fail with: records that were not folded are gone, or
 *     may be; null where the log has all of them
 */
public record Resumption(long nextOffset, @Nullable Cause loss) {

  /**
   * @param log name of the partition, for people
   * @param cursor offset of the next record to fold, as the checkpoint has it
   * @param beginning first offset that the log still holds
   * @param end end of the log, or the offset at which it is no longer the log that was folded
   */
  public static Resumption of(String log, long cursor, long beginning, long end) {
    if (cursor < beginning) {
      return new Resumption(
          beginning,
          loss(
              log,
              String.format(
                  Locale.ROOT,
                  "It was folded up to offset %d and begins at %d.",
                  cursor,
                  beginning),
              "See that nothing but the fold deletes from it (retention.ms and retention.bytes"
                  + " are -1)"));
    }
    if (cursor > end) {
      return new Resumption(
          end,
          loss(
              log,
              String.format(
                  Locale.ROOT, "It was folded up to offset %d and ends at %d.", cursor, end),
              "See that brokers lose nothing (three copies, min.insync.replicas=2,"
                  + " unclean.leader.election.enable=false)"));
    }
    return new Resumption(cursor, null);
  }

  private static Cause loss(String log, String why, String mend) {
    return new Cause(
        Code.GRADIENTS_LOST,
        log,
        "Gradients of this job are lost.",
        why,
        mend + ", and submit the job again.");
  }
}
