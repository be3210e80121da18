package dev.sluice.coordinator.runtime;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the ledger goes on after a takeover, by its stored cursor and the log that there is. A
 * cursor beyond the log's end would have everything that is appended below it passed over: that it
 * was decided on is true of the records that brokers lost, and not of those that come in their
 * place.
 *
 * @param nextOffset offset of the next record to decide on
 * @param loss what is lost, why, and what to do, for people; null where the log has all records
 */
record LedgerResumption(long nextOffset, @Nullable String loss) {

  private static final String SUBMIT_AGAIN =
      " Jobs that were accepted and that the cluster doesn't know are lost: submit them again.";

  /**
   * @param log name of the partition, for people
   * @param cursor offset of the next record to decide on, as it is stored
   * @param beginning first offset that the log still holds
   * @param end end of the log, or the offset at which it is no longer the log that was read
   */
  static LedgerResumption of(String log, long cursor, long beginning, long end) {
    if (cursor > end) {
      return new LedgerResumption(
          end,
          String.format(
              Locale.ROOT,
              "%s has lost its end: it was decided on up to offset %d, and is the log that was read"
                  + " up to offset %d only. What stood at offsets %d to %d was decided on, and what"
                  + " stood behind is lost; from offset %3$d on, what stands there now is decided"
                  + " on."
                  + SUBMIT_AGAIN
                  + " See that brokers lose nothing (three copies, min.insync.replicas=2,"
                  + " unclean.leader.election.enable=false).",
              log,
              cursor,
              end,
              end,
              cursor - 1));
    }
    if (cursor < beginning) {
      return new LedgerResumption(
          beginning,
          String.format(
              Locale.ROOT,
              "%s has lost its beginning: it was decided on up to offset %d, and begins at %d."
                  + " What stood at offsets %d to %d was removed before it was decided on."
                  + SUBMIT_AGAIN
                  + " See that a coordinator runs, and that retention.ms is longer than any time"
                  + " without one.",
              log,
              cursor,
              beginning,
              cursor,
              beginning - 1));
    }
    return new LedgerResumption(cursor, null);
  }
}
